package ctrenc.daemon.nested;

import ctrenc.daemon.refusal.RefusedException;
import java.util.concurrent.atomic.AtomicInteger;

/** How many run at a time in one container, at all depths. Thread-safe. */
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
