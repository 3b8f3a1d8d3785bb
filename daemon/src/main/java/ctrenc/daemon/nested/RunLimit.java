package ctrenc.daemon.nested;

import ctrenc.daemon.refusal.RefusedException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many run at a time in one container, at all depths. Thread-safe.
 *
 * <p>Runs take no turns as other calls do ({@link CallTurns}). What one costs the daemon, a
 * subvolume that is made and destroyed, anybody inside has by mkdir and rmdir as often as he likes,
 * so turns would protect nothing, and would make those wait who start many at once. What has to be
 * bounded is what stays meanwhile: a socket with its thread, a directory and a subvolume for each
 * that runs. Once it is made no thread waits for its end.
 */
final class RunLimit {

  private static final int MOST = 256;

  private final AtomicInteger running = new AtomicInteger();

  /** Counts one that begins, unless as many run as may. */
  void begin() throws RefusedException {
    if (running.incrementAndGet() > MOST) {
      running.decrementAndGet();
      throw RefusedException.full(
          "As many containers run in this container as may (%d): wait for one to end."
              .formatted(MOST));
    }
  }

  /** Counts one that an earlier daemon has let begin. */
  void takeUp() {
    running.incrementAndGet();
  }

  void end() {
    running.decrementAndGet();
  }
}
