package ctrenc.overlay.union;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.StampedLock;

/**
 * Lets the operations of a filesystem run side by side, and a change of its stack alone: whoever is
 * inside sees one stack from beginning to end. Thread-safe, not reentrant.
 *
 * <p>Each thread passes by one of several lanes, so that operations do not fight for one counter;
 * only who wants to be alone closes them all. Operations stay inside over their I/O, because what
 * they append and what they commit belong into one upper; nothing but a change of the stack waits
 * for that. Waiting for the disk to make things durable happens outside.
 */
final class Gate {

  private static final int LANES = 16;

  /**
   * An operation may wait for another one of the same filesystem, by way of a host directory that
   * holds its own mount point. Who wants to be alone gives up after a while, so that both go on.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final long STEP_NANOS = 100_000;

  private final StampedLock[] lanes = new StampedLock[LANES];

  Gate() {
    for (int i = 0; i < LANES; i++) {
      lanes[i] = new StampedLock();
    }
  }

  /** Where the calling thread passes: it holds the lane's read lock while it is inside. */
  StampedLock lane() {
    return lanes[(int) Thread.currentThread().threadId() & LANES - 1];
  }

  /** Carries out a step among others. */
  void among(Step step) throws IOException {
    StampedLock lane = lane();
    long stamp = lane.readLock();
    try {
      step.run();
    } finally {
      lane.unlockRead(stamp);
    }
  }

  /**
   * Carries out a step while no operation is inside.
   *
   * @throws IOException also if the operations at work do not end in time
   */
  void alone(Step step) throws IOException {
    long[] stamps = new long[LANES];
    int held = 0;
    long until = System.nanoTime() + PATIENCE.toNanos();
    try {
      while (held < LANES) {
        stamps[held] = lanes[held].tryWriteLock(until - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (stamps[held] == 0) {
          throw new IOException("The root did not come to rest in time; try again.");
        }
        held++;
      }
      step.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while the root was coming to rest.", e);
    } finally {
      while (held > 0) {
        held--;
        lanes[held].unlockWrite(stamps[held]);
      }
    }
  }

  /**
   * Returns when whoever was inside has left. It closes nothing: the caller has seen to it before
   * that those who come now turn back by themselves, and one who is inside may wait for such a one.
   */
  void awaitEmpty() {
    for (StampedLock lane : lanes) {
      while (lane.isReadLocked()) {
        LockSupport.parkNanos(STEP_NANOS);
      }
    }
  }

  /** What is carried out. */
  @FunctionalInterface
  interface Step {
    void run() throws IOException;
  }
}
