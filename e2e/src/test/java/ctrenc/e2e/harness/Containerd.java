package ctrenc.e2e.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A containerd with a root, a state and a socket of its own, whose snapshotter "ctr-enc" is a
 * daemon of this product. Closing it ends its containers and removes what it made.
 */
public final class Containerd extends Ctr implements AutoCloseable {

  private static final String[] NONE = {};

  private static final Duration START = Duration.ofMinutes(2);

  private static final String CONFIG =
      """
      version = 2
      root = "%1$s/root"
      state = "%1$s/state"
      disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.internal.v1.opt"]
      [grpc]
        address = "%1$s/sock"
      [ttrpc]
        address = "%1$s/sock.ttrpc"
      [plugins."io.containerd.gc.v1.scheduler"]
        deletion_threshold = 1
      [proxy_plugins.%2$s]
        type = "snapshot"
        address = "%3$s"
      """;

  private final Path home;
  private Process process;

  private Containerd(Path home) throws IOException {
    super(args -> command(home, args));
    this.home = home;
    this.process = launch();
  }

  /** Starts one on the daemon whose run directory is {@code run}. */
  public static Containerd start(Path run) throws IOException {
    Path home = Files.createTempDirectory(Path.of("/var/tmp"), "ctr-enc-ctd");
    // The root of a user namespace goes through it to what it runs on.
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx--x--x"));
    Files.writeString(
        home.resolve("config.toml"),
        CONFIG.formatted(home, SNAPSHOTTER, run.resolve("snapshots.sock")));
    Containerd containerd = new Containerd(home);
    try {
      containerd.awaitReady();
      return containerd;
    } catch (AssertionError e) {
      containerd.close();
      throw e;
    }
  }

  private Process launch() throws IOException {
    return new ProcessBuilder("containerd", "-c", home.resolve("config.toml").toString())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(home.resolve("log").toFile()))
        .start();
  }

  private void awaitReady() {
    Condition.await("containerd answers", START, () -> ctr("version").run().exit() == 0);
  }

  /** Ends it in an orderly way and starts it again; containers go on. */
  public void restart() throws IOException {
    process.destroy();
    startAgain();
  }

  /** Kills it and starts it again. */
  public void killAndStartAgain() throws IOException {
    process.destroyForcibly();
    startAgain();
  }

  private void startAgain() throws IOException {
    Condition.await("containerd is gone", START, () -> !process.isAlive());
    process = launch();
    awaitReady();
  }

  /** Where images and metadata lie. */
  public Path root() {
    return home.resolve("root");
  }

  private static Command command(Path home, List<String> args) {
    List<String> argv = new ArrayList<>(List.of("ctr", "-a", home.resolve("sock").toString()));
    argv.addAll(args);
    return new Command(List.copyOf(argv), Map.of(), Duration.ofMinutes(3), "");
  }

  public String log() throws IOException {
    return Files.readString(home.resolve("log"));
  }

  @Override
  public void close() throws IOException {
    if (process.isAlive()) {
      for (String id : ctr("tasks", "ls", "-q").run().out().lines().toList()) {
        ctr("tasks", "kill", "-s", "SIGKILL", id).run();
        ctr("tasks", "rm", "--force", id).run();
      }
    }
    process.destroy();
    Condition.await("containerd is gone", START, () -> !process.isAlive());
    endShims();
    for (Path point : FuseMounts.below(home)) {
      Command.of("umount", "-l", point.toString()).run();
    }
    Command.of("rm", "-rf", "--one-file-system", home.toString()).run();
  }

  /** A containerd that was killed while a container started leaves its shim, and forgets it. */
  private void endShims() {
    String socket = home.resolve("sock").toString();
    ProcessHandle.allProcesses()
        .filter(handle -> List.of(handle.info().arguments().orElse(NONE)).contains(socket))
        .forEach(ProcessHandle::destroyForcibly);
  }
}
