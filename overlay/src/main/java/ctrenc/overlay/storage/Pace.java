package ctrenc.overlay.storage;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

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
  private final Time time;
  private final ReentrantLock guard = new ReentrantLock();
  private final Condition changed = guard.newCondition();
  private long due;
  private boolean cancelled;

  /** What the time is, and how it goes by. */
  interface Time {

    Time OF_THIS_MACHINE =
        new Time() {
          @Override
          public long now() {
            return System.nanoTime();
          }

          @Override
          @SuppressWarnings("WaitNotInLoop") // Whoever calls it does so in a loop.
          public void await(Condition sooner, long nanos) throws InterruptedException {
            sooner.awaitNanos(nanos);
          }
        };

    /** In nanoseconds, of any beginning. */
    long now();

    /** Returns after so long, or sooner; the guard of the condition is held. */
    void await(Condition sooner, long nanos) throws InterruptedException;
  }

  Pace(long bytesPerSecond, Time time) {
    this.bytesPerSecond = bytesPerSecond;
    this.time = time;
    this.due = time.now();
  }

  /** At most so many bytes a second; 0 is as fast as it goes. */
  public static Pace of(long bytesPerSecond) {
    return new Pace(bytesPerSecond, Time.OF_THIS_MACHINE);
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
        due = Math.max(due, time.now() - SAVED) + (long) ((double) bytes / bytesPerSecond * NANOS);
      }
      while (bytesPerSecond > 0 && !cancelled && due - time.now() > 0) {
        time.await(changed, due - time.now());
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
