package ctrenc.daemon;

import ctrenc.crypto.secret.SecretMemory;
import ctrenc.daemon.config.Settings;
import ctrenc.overlay.fuse.kernel.KernelTransport;
import ctrenc.overlay.subvolume.StoreDirectory;
import ctrenc.overlay.sys.LockedMemory;
import ctrenc.overlay.sys.ProcessHandles;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Clock;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Starts the daemon, and ends it in order when the process is asked to end. */
@QuarkusMain
public final class Main implements QuarkusApplication {

  private static final int FAILED = 1;

  private final Settings settings;
  private final String version;

  @Inject
  Main(Settings settings, @ConfigProperty(name = "quarkus.application.version") String version) {
    this.settings = settings;
    this.version = version;
  }

  private RunningDaemon.Parts parts() {
    return new RunningDaemon.Parts(
        StoreDirectory::open,
        new KernelTransport(),
        "kernel",
        version,
        SecretMemory.slab(LockedMemory::allocate),
        Clock.systemUTC(),
        Quarkus::asyncExit);
  }

  @Override
  public int run(String... arguments) throws IOException {
    ProcessHandles.forbidDumps();
    RunningDaemon daemon;
    try {
      daemon = RunningDaemon.start(settings, parts());
    } catch (IOException e) {
      // The one who starts a daemon reads this line.
      System.err.println("ctr-enc: " + e.getMessage());
      return FAILED;
    }
    try (daemon) {
      Quarkus.waitForExit();
    }
    return 0;
  }
}
