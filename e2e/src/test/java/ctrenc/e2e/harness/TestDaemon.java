package ctrenc.e2e.harness;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A daemon with a state and a run directory of its own, driven through the command line only.
 * Closing it stops the daemon, takes down every mount below its run directory and removes what it
 * made; a state directory that was given to it stays.
 */
public final class TestDaemon implements AutoCloseable {

  private static final Duration START = Duration.ofSeconds(60);

  private final Path home;
  private final Path state;
  private final Path run;

  private TestDaemon(Path home, Path state) throws IOException {
    this.home = home;
    this.state = state;
    this.run = Files.createDirectories(home.resolve("run"));
  }

  /** Starts a daemon on fresh directories. */
  public static TestDaemon start() throws IOException {
    Path home = Files.createTempDirectory(Path.of("/var/tmp"), "ctr-enc-e2e");
    return startOn(home, Files.createDirectories(home.resolve("state")));
  }

  /** Starts a daemon on an existing state directory, which stays when the daemon is closed. */
  public static TestDaemon startOn(Path state) throws IOException {
    return startOn(Files.createTempDirectory(Path.of("/var/tmp"), "ctr-enc-e2e"), state);
  }

  private static TestDaemon startOn(Path home, Path state) throws IOException {
    TestDaemon daemon = new TestDaemon(home, state);
    try {
      daemon.startAgain();
      return daemon;
    } catch (AssertionError | RuntimeException e) {
      daemon.close();
      throw e;
    }
  }

  public Path state() {
    return state;
  }

  public Path run() {
    return run;
  }

  /** The command line of the product, pointed at this daemon. */
  public Command cli(String... args) {
    List<String> argv = new ArrayList<>();
    argv.add(Installation.launcher());
    argv.addAll(Arrays.asList(args));
    return new Command(List.copyOf(argv), environment(), Duration.ofSeconds(300), "");
  }

  public Map<String, String> environment() {
    return Map.of("CTR_ENC_STATE", state.toString(), "CTR_ENC_RUN", run.toString());
  }

  /** Makes a root without a container and returns where it is mounted. */
  public Path create(String... args) {
    List<String> argv = new ArrayList<>(List.of("create"));
    argv.addAll(Arrays.asList(args));
    return Path.of(cli(argv.toArray(String[]::new)).ok().strip());
  }

  public long pid() {
    String json = cli("daemon", "status", "--json").ok();
    return JsonParser.parseString(json).getAsJsonObject().get("pid").getAsLong();
  }

  public void startAgain() {
    cli("daemon", "start").within(START).ok();
  }

  public void stop() {
    cli("daemon", "stop").within(START).ok();
  }

  /** Kills the daemon as a crash would, and waits until it is gone. */
  public void kill() {
    long pid = pid();
    ProcessHandle process = ProcessHandle.of(pid).orElseThrow();
    process.destroyForcibly();
    Condition.await("daemon " + pid + " is gone", START, () -> !process.isAlive());
  }

  @Override
  public void close() throws IOException {
    cli("daemon", "stop", "--force").within(START).run();
    FuseMounts.takeDownBelow(run);
    Command.of("rm", "-rf", "--one-file-system", home.toString()).ok();
  }
}
