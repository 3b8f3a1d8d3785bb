package ctrenc.e2e.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/**
 * A process each of whose writes at a place in a file takes a fifth of a second, by strace, so that
 * what it writes in a moment lasts until a test has seen it; all else it does at its own speed.
 * Closing it ends that.
 */
public final class SlowedWrites implements AutoCloseable {

  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final String DELAY = "inject=pwrite64:delay_enter=200000";

  private final Process strace;

  private SlowedWrites(Process strace) {
    this.strace = strace;
  }

  public static SlowedWrites of(long pid) throws IOException {
    Process strace =
        Command.of("strace", "-f", "-q", "-e", DELAY, "-o", "/dev/null", "-p", "" + pid).start();
    Condition.await("strace holds every thread", DEADLINE, () -> isTraced(pid));
    return new SlowedWrites(strace);
  }

  /** True if some tracer has every thread of a process. */
  static boolean isTraced(long pid) {
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
      return threads.noneMatch(thread -> statusOf(thread).contains("\nTracerPid:\t0\n"));
    } catch (IOException e) {
      throw new IllegalStateException("process " + pid + " is gone", e);
    }
  }

  /** Empty for a thread that has ended meanwhile. */
  private static String statusOf(Path thread) {
    try {
      return Files.readString(thread.resolve("status"));
    } catch (IOException e) {
      return "";
    }
  }

  @Override
  public void close() {
    strace.destroy();
    strace.onExit().join();
  }
}
