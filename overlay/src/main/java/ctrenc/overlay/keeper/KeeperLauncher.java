package ctrenc.overlay.keeper;

import ctrenc.overlay.sys.ErrorNumber;
import ctrenc.overlay.sys.LocalSocket;
import ctrenc.overlay.sys.SystemCallException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Finds the keeper of a run directory, or starts it: the smallest Java process there is. */
final class KeeperLauncher {

  private static final Duration START = Duration.ofSeconds(20);
  private static final long STEP_MILLIS = 5;

  private static final List<String> FLAGS =
      List.of(
          "-XX:+UseSerialGC",
          "-Xms2m",
          "-Xmx8m",
          "-Xss256k",
          "-XX:TieredStopAtLevel=1",
          "-XX:ReservedCodeCacheSize=4m",
          "-XX:CICompilerCount=1",
          "-XX:-UsePerfData",
          "--limit-modules=java.base",
          "--enable-native-access=ALL-UNNAMED");

  private final Path run;
  private final Path address;
  private final Duration patience;

  /**
   * @param run holds the keeper's socket, and the file that is locked by whoever starts a daemon
   * @param patience for how long a mount may be served by nobody
   */
  KeeperLauncher(Path run, Duration patience) {
    this.run = run;
    this.address = run.resolve("keeper.sock");
    this.patience = patience;
  }

  /** The keeper that listens, if one does. */
  Optional<KeeperCall> find() throws SystemCallException {
    try {
      return Optional.of(new KeeperCall(LocalSocket.connect(address)));
    } catch (SystemCallException e) {
      if (e.is(ErrorNumber.ENOENT) || e.is(ErrorNumber.ECONNREFUSED)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Starts a keeper where none listens; returns when it does. */
  KeeperCall launch() throws IOException {
    Files.deleteIfExists(address);
    Process keeper = start();
    long deadline = System.nanoTime() + START.toNanos();
    try {
      while (System.nanoTime() < deadline) {
        Optional<KeeperCall> found = find();
        if (found.isPresent()) {
          return found.get();
        }
        if (keeper.waitFor(STEP_MILLIS, TimeUnit.MILLISECONDS)) {
          throw new IOException("The keeper of mounts ended at once: see the daemon's log.");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    keeper.destroyForcibly();
    throw new IOException("The keeper of mounts did not begin to listen.");
  }

  private Process start() throws IOException {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    String classes =
        Path.of(Keeper.class.getProtectionDomain().getCodeSource().getLocation().getPath())
            .toString();
    List<String> words = new ArrayList<>(List.of("setsid", java.toString()));
    words.addAll(FLAGS);
    words.addAll(
        List.of(
            "-cp",
            classes,
            Keeper.class.getName(),
            address.toString(),
            run.resolve("start.lock").toString(),
            Long.toString(patience.toMillis())));
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .directory(new File("/"))
            .redirectInput(new File("/dev/null"))
            .redirectOutput(ProcessBuilder.Redirect.INHERIT)
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().clear();
    return builder.start();
  }
}
