package ctrenc.cli.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Whether the OCI runtime has executed the command of a container. Until then its child is a copy
 * of itself, which makes the container around it and then becomes the command. A signal that the
 * copy gets, from the terminal or by the runtime, ends it with a status that tells nothing of a
 * signal: as the first process of the container it cannot kill itself. Thread-safe.
 */
final class CommandStart {

  private static final int FIRST_PAUSE_MILLIS = 5;
  private static final int LAST_PAUSE_MILLIS = 1000;

  /** While somebody waits for the answer. */
  private static final int SHORT_PAUSE_MILLIS = 2;

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final String COPY = "init";

  private final Process runtime;
  private final List<String> line;
  private volatile boolean hasStarted;

  /** What the children of the runtime tell. */
  enum Stage {
    /** There is no child yet or any more, or the system does not tell. */
    UNKNOWN,
    STARTING,
    STARTED
  }

  private CommandStart(Process runtime, List<String> line) {
    this.runtime = runtime;
    this.line = line;
  }

  /**
   * Looks after the command until it runs, so that this is known also when it has ended.
   *
   * @param line how the runtime was called
   */
  static CommandStart watch(Process runtime, List<String> line) {
    CommandStart start = new CommandStart(runtime, List.copyOf(line));
    Thread.ofPlatform().daemon(true).name("ctr-enc-start").start(start::watch);
    return start;
  }

  /** True if the command was seen. */
  boolean hasStarted() {
    return hasStarted;
  }

  /** What is so now; unknown if it stays so for a second, or until the runtime has ended. */
  Stage await() throws InterruptedException {
    long begin = System.nanoTime();
    Stage stage = look();
    while (stage == Stage.UNKNOWN
        && System.nanoTime() - begin < PATIENCE_NANOS
        && !runtime.waitFor(SHORT_PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
      stage = look();
    }
    return stage;
  }

  private void watch() {
    int pause = FIRST_PAUSE_MILLIS;
    try {
      while (look() != Stage.STARTED && !runtime.waitFor(pause, TimeUnit.MILLISECONDS)) {
        pause = Math.min(2 * pause, LAST_PAUSE_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Stage look() {
    if (hasStarted) {
      return Stage.STARTED;
    }
    Stage stage = Stage.UNKNOWN;
    for (String child : children()) {
      List<String> words = commandLine(child);
      if (isCopy(words)) {
        return Stage.STARTING;
      }
      stage = words.isEmpty() ? stage : Stage.STARTED;
    }
    hasStarted = stage == Stage.STARTED;
    return stage;
  }

  /** Between fork and exec it has the runtime's whole command line. */
  private boolean isCopy(List<String> words) {
    return words.equals(line) || words.equals(List.of(line.getFirst(), COPY));
  }

  /** By proc(5): each thread has the children that it started. */
  private List<String> children() {
    List<String> children = new ArrayList<>();
    Path threads = Path.of("/proc", Long.toString(runtime.pid()), "task");
    try (DirectoryStream<Path> all = Files.newDirectoryStream(threads)) {
      for (Path thread : all) {
        String listed = Files.readString(thread.resolve("children"));
        Stream.of(listed.split(" ")).filter(word -> !word.isEmpty()).forEach(children::add);
      }
      return children;
    } catch (IOException | DirectoryIteratorException ended) {
      return children; // The thread, or the runtime.
    }
  }

  /** Empty of a process that is gone, or that has ended and waits for its parent. */
  private static List<String> commandLine(String process) {
    try {
      byte[] words = Files.readAllBytes(Path.of("/proc", process, "cmdline"));
      String text = new String(words, StandardCharsets.UTF_8);
      return text.isEmpty() ? List.of() : List.of(text.split("\0"));
    } catch (IOException gone) {
      return List.of();
    }
  }
}
