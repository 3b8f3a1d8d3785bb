package ctrenc.overlay.fuse.kernel;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what the kernel does in its own time. */
final class Condition {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long STEP_NANOS = 2_000_000;

  private Condition() {}

  static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("never happened: " + what);
      }
      LockSupport.parkNanos(STEP_NANOS);
    }
  }
}
