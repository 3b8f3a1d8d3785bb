package ctrenc.e2e.harness;

import com.google.gson.JsonParser;
import ctrenc.cli.process.LiveProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A daemon with a state and a run directory of its own, driven through the command line only.
 * Closing it stops the daemon, takes down every mount below its run directory and removes what it
 * made; a state directory that was given to it stays.
 */
public final class TestDaemon implements AutoCloseable {

  private static final Duration START = Duration.ofMinutes(3);
  private static final Duration RESTART = Duration.ofMinutes(5);

  private final Path home;
  private final Path state;
  private final Path run;
  private final Map<String, String> settings;

  private TestDaemon(Path home, Path state, Map<String, String> settings) throws IOException {
    this.home = home;
    this.settings = settings;
    this.state = state;
    this.run = Files.createDirectories(home.resolve("run"));
  }

  /** Starts a daemon on fresh directories. */
  public static TestDaemon start() throws IOException {
    Path home = Files.createTempDirectory(Path.of("/var/tmp"), "ctr-enc-e2e");
    return startOn(home, Files.createDirectories(home.resolve("state")));
  }

  /** The same with settings in its environment. */
  public static TestDaemon startWith(Map<String, String> settings) throws IOException {
    Path home = Files.createTempDirectory(Path.of("/var/tmp"), "ctr-enc-e2e");
    return startOn(home, Files.createDirectories(home.resolve("state")), settings);
  }

  /** Starts a daemon whose roots outlive it. */
  public static TestDaemon startKept() throws IOException {
    return startWith(Map.of("CTR_ENC_KEEPER", "true"));
  }

  /** One that a service manager starts, which {@link #environment} tells what to start. */
  public static TestDaemon served(Map<String, String> settings) throws IOException {
    Path home = Files.createTempDirectory(Path.of("/var/tmp"), "ctr-enc-e2e");
    return new TestDaemon(home, Files.createDirectories(home.resolve("state")), settings);
  }

  /** Starts a daemon on an existing state directory, which stays when the daemon is closed. */
  public static TestDaemon startOn(Path state) throws IOException {
    return startOn(Files.createTempDirectory(Path.of("/var/tmp"), "ctr-enc-e2e"), state);
  }

  /** The same, and its roots outlive it. */
  public static TestDaemon startKeptOn(Path state) throws IOException {
    Path home = Files.createTempDirectory(Path.of("/var/tmp"), "ctr-enc-e2e");
    return startOn(home, state, Map.of("CTR_ENC_KEEPER", "true"));
  }

  private static TestDaemon startOn(Path home, Path state) throws IOException {
    return startOn(home, state, Map.of());
  }

  private static TestDaemon startOn(Path home, Path state, Map<String, String> settings)
      throws IOException {
    TestDaemon daemon = new TestDaemon(home, state, settings);
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
    Map<String, String> all = new HashMap<>();
    all.put("CTR_ENC_REHEARSAL", "false"); // Tests start many daemons, each for a short while.
    all.putAll(settings);
    all.put("CTR_ENC_STATE", state.toString());
    all.put("CTR_ENC_RUN", run.toString());
    return all;
  }

  /** Makes a root without a container and returns where it is mounted. */
  public Path create(String... args) {
    List<String> argv = new ArrayList<>(List.of("create"));
    argv.addAll(Arrays.asList(args));
    return Path.of(cli(argv.toArray(String[]::new)).ok().strip());
  }

  /** Mounts a root, or a snapshot, and returns where. */
  public Path mount(String reference) {
    return Path.of(cli("mount", reference).ok().strip());
  }

  public long pid() {
    return pid(cli("daemon", "status", "--json").ok());
  }

  private static long pid(String json) {
    return JsonParser.parseString(json).getAsJsonObject().get("pid").getAsLong();
  }

  /** The daemon's process, if one answers. */
  public Optional<Long> runningPid() {
    Command.Result status = cli("daemon", "status", "--json").run();
    return status.exit() == 0 ? Optional.of(pid(status.out())) : Optional.empty();
  }

  public void startAgain() {
    cli("daemon", "start").within(START).ok();
  }

  public void stop() {
    cli("daemon", "stop").within(START).ok();
  }

  /** Kills the daemon as a crash would, and waits until it is gone. */
  public void kill() {
    kill(pid());
  }

  /** The same where it is not to be asked first, which takes a while. */
  public void kill(long pid) {
    LiveProcess process = LiveProcess.of(pid).orElseThrow();
    ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    Condition.await("daemon " + pid + " is gone", START, () -> !process.isRunning());
  }

  /** Kills the daemon and its keeper at once: nothing outlives that but what is on the disk. */
  public void killWithKeeper() {
    keepers().forEach(ProcessHandle::destroyForcibly);
    kill();
  }

  /** The keepers of this daemon: one, or none. */
  public List<ProcessHandle> keepers() {
    String socket = run.resolve("keeper.sock").toString();
    return ProcessHandle.allProcesses()
        .filter(process -> process.info().commandLine().orElse("").contains(socket))
        .toList();
  }

  /** Waits until the keeper holds as many roots; each has one descriptor of memory. */
  public void awaitKept(int roots) {
    Condition.await("the keeper holds " + roots + " roots", RESTART, () -> kept() == roots);
  }

  private long kept() {
    long count = 0;
    for (ProcessHandle keeper : keepers()) {
      count +=
          Command.sh("ls -l /proc/" + keeper.pid() + "/fd 2> /dev/null || true")
              .run()
              .out()
              .lines()
              .filter(line -> line.contains("memfd:ctr-enc-root"))
              .count();
    }
    return count;
  }

  /** Kills the daemon, and waits until its keeper has started another one that serves. */
  public void killAndAwaitNext() {
    long before = pid();
    kill();
    Condition.await(
        "another daemon serves",
        RESTART,
        () -> runningPid().filter(pid -> pid != before).isPresent());
  }

  /** Puts another daemon in the place of this one, in order; returns what is said of it. */
  public String succeed() {
    long before = pid();
    String said = cli("daemon", "restart").within(START).ok();
    if (pid() == before) {
      throw new AssertionError("the same daemon answers: " + said);
    }
    return said;
  }

  @Override
  public void close() throws IOException {
    cli("daemon", "stop", "--force").within(START).run();
    FuseMounts.takeDownBelow(run);
    Command.of("rm", "-rf", "--one-file-system", home.toString()).ok();
  }
}
