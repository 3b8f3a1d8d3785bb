package ctrenc.daemon.health;

import ctrenc.daemon.container.BoundRoots;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.keeper.DescriptorKeeping;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Whether the next daemon can go on with what this one shows. Thread-safe. */
public final class Handover {

  /** A keeper that is being started is there sooner. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final Duration STEP = Duration.ofMillis(5);

  private final BoundRoots bound;
  private final DescriptorKeeping keeping;

  public Handover(BoundRoots bound, DescriptorKeeping keeping) {
    this.bound = bound;
    this.keeping = keeping;
  }

  /**
   * Returns whether anything is kept for the next daemon; if not, nothing is there to be kept.
   *
   * @throws RefusedException if something would end with this one
   */
  public boolean require() throws RefusedException {
    int snapshots = bound.snapshots();
    if (snapshots > 0) {
      throw RefusedException.conflict(
          "Mounts of snapshots end with the daemon ("
              + snapshots
              + "): take them down first, by 'ctr-enc umount NAME@SNAPSHOT', with --ciphertext if they show as they are sealed.");
    }
    if (!keeping.outlives()) {
      requireNothing();
      return false;
    }
    if (!isSettled()) {
      throw RefusedException.conflict(
          "The keeper of mounts does not answer, so roots would end with this daemon: see the daemon's log.");
    }
    return true;
  }

  private boolean isSettled() {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!keeping.isSettled() && keeping.outlives() && System.nanoTime() < deadline) {
      LockSupport.parkNanos(STEP.toNanos());
    }
    return keeping.isSettled();
  }

  private void requireNothing() throws RefusedException {
    int roots = bound.count();
    if (roots > 0) {
      throw RefusedException.conflict(
          "Without a keeper roots end with this daemon ("
              + roots
              + "): end and unmount them first, and set ctr-enc.keeper for the next time.");
    }
  }
}
