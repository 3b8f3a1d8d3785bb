package ctrenc.cli.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A process that is no child of this one, and whether it still runs. One that has ended runs no
 * more, even while the kernel lists it until its parent has asked for its exit code: the first
 * process of a container may never do that. It has ended when its last thread has: the first one of
 * a killed process may be gone while another still holds its files and locks. Thread-safe.
 */
public final class LiveProcess {

  /** What the JDK offers for a process that is no child looks only every 300 ms. */
  private static final long PAUSE_MILLIS = 5;

  /** States of proc(5): ended and not asked for, and dead. */
  private static final String ENDED = "ZX";

  private static final int STATE = 0;
  private static final int THREADS = 17;

  private final ProcessHandle process;

  private LiveProcess(ProcessHandle process) {
    this.process = process;
  }

  /** Empty if no process has this number. */
  public static Optional<LiveProcess> of(long pid) {
    return ProcessHandle.of(pid).map(LiveProcess::new);
  }

  public long pid() {
    return process.pid();
  }

  public boolean isRunning() {
    return process.isAlive() && !hasEnded();
  }

  /** False if it still runs after so long. */
  public boolean awaitEnd(Duration patience) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (isRunning()) {
      if (System.nanoTime() - deadline > 0) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    }
    return true;
  }

  /** By proc(5): the fields that follow the program's name, which may itself hold brackets. */
  private boolean hasEnded() {
    try {
      String stat =
          Files.readString(
              Path.of("/proc", Long.toString(process.pid()), "stat"), StandardCharsets.ISO_8859_1);
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      return ENDED.contains(fields[STATE]) && Integer.parseInt(fields[THREADS]) <= 1;
    } catch (IOException gone) {
      return true;
    }
  }
}
