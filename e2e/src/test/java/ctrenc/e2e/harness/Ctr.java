package ctrenc.e2e.harness;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** What somebody who has containerd's command line asks of it, with the snapshotter "ctr-enc". */
public class Ctr {

  protected static final String SNAPSHOTTER = "ctr-enc";
  private static final Duration LONG = Duration.ofMinutes(2);
  private static final String END = "(all)";

  private final Function<List<String>, Command> commands;

  /**
   * {@code commands} makes of ctr's arguments a command that reaches the containerd in question.
   */
  protected Ctr(Function<List<String>, Command> commands) {
    this.commands = commands;
  }

  public final Command ctr(String... args) {
    return commands.apply(List.of(args));
  }

  public final Command snapshots(String... args) {
    List<String> all = new ArrayList<>(List.of("snapshots", "--snapshotter", SNAPSHOTTER));
    all.addAll(Arrays.asList(args));
    return commands.apply(all);
  }

  /** Returns when containerd, which looks for it at times of its own, has found it again. */
  public final void awaitSnapshotter() {
    Condition.await(
        "containerd finds the snapshotter", LONG, () -> snapshots("ls").run().exit() == 0);
  }

  public final void load(Path archive) {
    ctr("images", "import", "--snapshotter", SNAPSHOTTER, archive.toString()).ok();
  }

  /** Runs a script in a fresh container. */
  public final Command run(List<String> options, String image, String id, String script) {
    List<String> argv = new ArrayList<>(List.of("run", "--snapshotter", SNAPSHOTTER));
    argv.addAll(options);
    argv.addAll(List.of(image, id, "/bin/sh", "-euc", script));
    return commands.apply(argv);
  }

  /** Runs a script in a fresh container that goes with it; returns what it prints. */
  public final String run(String image, String id, String script) {
    return run(List.of("--rm"), image, id, script).ok();
  }

  /** Starts a container in the background. */
  public final void runDetached(String image, String id, String script) {
    run(List.of("-d"), image, id, script).ok();
  }

  /**
   * Runs a script in a container that runs, and returns what it prints. The script may be run more
   * than once: of a process that ends soon ctr now and then loses the output, with any snapshotter.
   */
  public final String exec(String id, String script) {
    StringBuilder said = new StringBuilder();
    Condition.await(
        "ctr loses no output",
        LONG,
        () -> {
          said.setLength(0);
          said.append(execOnce(id, script + "\nprintf '" + END + "'"));
          return said.toString().endsWith(END);
        });
    return said.substring(0, said.length() - END.length());
  }

  private String execOnce(String id, String script) {
    String process = "p" + System.nanoTime();
    return ctr("tasks", "exec", "--exec-id", process, id, "/bin/sh", "-euc", script).ok();
  }

  /** Ends a container's process; the container and its snapshot stay. */
  public final void end(String id) {
    ctr("tasks", "kill", "-s", "SIGKILL", id).run();
    Condition.await(
        "task " + id + " is gone",
        LONG,
        () -> ctr("tasks", "rm", id).run().exit() == 0 || !isRunning(id));
  }

  private boolean isRunning(String id) {
    return ctr("tasks", "ls", "-q").ok().lines().anyMatch(id::equals);
  }

  /** Ends a container and removes it with its snapshot. */
  public final void remove(String id) {
    end(id);
    ctr("containers", "rm", id).ok();
  }

  /** The keys and names of all snapshots that it knows. */
  public final List<String> snapshotNames() {
    return snapshots("ls").ok().lines().skip(1).map(line -> line.split(" +")[0]).toList();
  }
}
