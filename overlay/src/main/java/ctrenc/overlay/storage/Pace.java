package ctrenc.overlay.storage;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * How fast work in the background may go, in bytes a second. Whoever works tells what was done and
 * waits until it was not too much; time that went unused is not saved up for more than a moment.
 * Thread-safe.
 */
public final class Pace {

  private static final long NANOS = TimeUnit.SECONDS.toNanos(1);

  /** So far behind the clock an idle worker may start. */
  private static final long SAVED = NANOS / 10;

  private final long bytesPerSecond;
  private final LongSupplier clock;
  private final ReentrantLock guard = new ReentrantLock();
  private final Condition changed = guard.newCondition();
  private long due;
  private boolean cancelled;

  private Pace(long bytesPerSecond, LongSupplier clock) {
    this.bytesPerSecond = bytesPerSecond;
    this.clock = clock;
    this.due = clock.getAsLong();
  }

  /** At most so many bytes a second; 0 is as fast as it goes. */
  public static Pace of(long bytesPerSecond) {
    return new Pace(bytesPerSecond, System::nanoTime);
  }

  public static Pace unlimited() {
    return of(0);
  }

  /** Lets the work end at its next step. */
  public void cancel() {
    guard.lock();
    try {
      cancelled = true;
      changed.signalAll();
    } finally {
      guard.unlock();
    }
  }

  /**
   * Returns when these bytes, which were moved, are paid for.
   *
   * @throws InterruptedIOException if the work was cancelled
   */
  public void moved(long bytes) throws IOException {
    guard.lock();
    try {
      if (bytesPerSecond > 0) {
        due =
            Math.max(due, clock.getAsLong() - SAVED)
                + (long) ((double) bytes / bytesPerSecond * NANOS);
      }
      long wait = bytesPerSecond > 0 ? due - clock.getAsLong() : 0;
      while (wait > 0 && !cancelled) {
        wait = changed.awaitNanos(wait);
      }
      if (cancelled) {
        throw new InterruptedIOException("The work was given up.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("The work was interrupted.");
    } finally {
      guard.unlock();
    }
  }
}
