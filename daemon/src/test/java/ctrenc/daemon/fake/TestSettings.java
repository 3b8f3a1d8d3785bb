package ctrenc.daemon.fake;

import ctrenc.daemon.config.Settings;
import ctrenc.daemon.config.TransportName;
import ctrenc.overlay.fuse.CacheMode;
import ctrenc.overlay.fuse.KeepAwake;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Settings of a daemon whose directories lie below {@code home}. */
public record TestSettings(Path home, String runtime, Path runDirectory) implements Settings {

  public static TestSettings in(Path home) {
    return new TestSettings(home, "runc", home.resolve("run"));
  }

  @Override
  public KeepAwake keepAwake() {
    return KeepAwake.AUTO;
  }

  @Override
  public TransportName transport() {
    return TransportName.AUTO;
  }

  @Override
  public Path stateDirectory() {
    return home.resolve("state");
  }

  @Override
  public Optional<String> group() {
    return Optional.empty();
  }

  @Override
  public long importReserve() {
    return 1 << 20;
  }

  @Override
  public Duration stopGrace() {
    return Duration.ofSeconds(2);
  }

  @Override
  public int mountWorkers() {
    return 0;
  }

  @Override
  public CacheMode cache() {
    return CacheMode.WRITEBACK;
  }

  @Override
  public Optional<Path> keyProviderConfig() {
    return Optional.of(home.resolve("key-providers.json"));
  }

  @Override
  public Optional<Path> programHome() {
    return Optional.empty();
  }

  @Override
  public Optional<Path> javaProgram() {
    return Optional.empty();
  }

  @Override
  public boolean keeper() {
    return false;
  }

  @Override
  public boolean systemdStore() {
    return false;
  }

  @Override
  public boolean rehearsal() {
    return false;
  }

  @Override
  public Duration keeperPatience() {
    return Duration.ofSeconds(60);
  }

  @Override
  public boolean encryptLayers() {
    return false;
  }

  @Override
  public boolean throwawayOnly() {
    return false;
  }

  @Override
  public long snapshotQuota() {
    return 0;
  }

  @Override
  public Path tpm() {
    return stateDirectory().resolve("no-tpm");
  }

  @Override
  public Duration tpmPatience() {
    return Duration.ofSeconds(30);
  }

  @Override
  public Path keysDirectory() {
    return home.resolve("named-keys");
  }

  @Override
  public long logLimit() {
    return 1 << 20;
  }
}
