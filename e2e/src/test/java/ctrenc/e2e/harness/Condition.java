package ctrenc.e2e.harness;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits until something is true, which is not the same as waiting. */
public final class Condition {

  private static final long STEP_NANOS = Duration.ofMillis(10).toNanos();

  private Condition() {}

  public static void await(String what, Duration limit, BooleanSupplier holds) {
    long end = System.nanoTime() + limit.toNanos();
    while (!holds.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not within " + limit + ": " + what);
      }
      LockSupport.parkNanos(STEP_NANOS);
    }
  }
}
