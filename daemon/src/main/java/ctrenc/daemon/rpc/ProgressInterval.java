package ctrenc.daemon.rpc;

import java.time.Duration;

/**
 * Says when a caller is told again how far something is: a message for each step costs more than
 * the step. Not thread-safe.
 */
final class ProgressInterval {

  private static final long LENGTH = Duration.ofMillis(100).toNanos();

  private long told = System.nanoTime();

  /** Whether it is time, and then not for a while. */
  boolean isDue() {
    long now = System.nanoTime();
    boolean isDue = now - told >= LENGTH;
    if (isDue) {
      told = now;
    }
    return isDue;
  }
}
