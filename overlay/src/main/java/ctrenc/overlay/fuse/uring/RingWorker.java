package ctrenc.overlay.fuse.uring;

import ctrenc.overlay.sys.IoUring;
import ctrenc.overlay.sys.RunningThread;
import ctrenc.overlay.sys.SystemCallException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that serves the queues of some processors, of all mounts: carries a request out, and
 * in one system call gives its answer and waits for the next. No answer waits for another request.
 */
final class RingWorker implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(RingWorker.class);

  private final RingThreads threads;
  private final Station station = new Station();

  /** When the request in work began (System.nanoTime), 0 between requests. */
  private volatile long busySince;

  private volatile boolean isHeldUp;

  /** Known from the beginning of its run on. */
  private volatile @Nullable RunningThread thread;

  RingWorker(RingThreads threads) throws SystemCallException {
    this.threads = threads;
  }

  Station station() {
    return station;
  }

  boolean isBusy() {
    return busySince != 0;
  }

  /** True if the lookout found it held up by the request in work. */
  boolean isHeldUp() {
    return isHeldUp;
  }

  /**
   * The lookout: finds out whether it is held up, by waiting for something for longer than {@code
   * moment}, or by computing for longer than {@code patience}; both in nanoseconds.
   */
  boolean checkHeldUp(long moment, long patience) {
    long since = busySince;
    RunningThread known = thread;
    if (since == 0 || known == null) {
      isHeldUp = false;
      return false;
    }
    long nanos = System.nanoTime() - since;
    isHeldUp = nanos > patience || (nanos > moment && known.isWaiting());
    return isHeldUp;
  }

  @Override
  public void run() {
    station.open();
    try {
      thread = RunningThread.current();
      while (!threads.isStopped()) {
        station.await();
        long completion = station.take();
        if (completion != IoUring.NOTHING) {
          Entry entry = threads.completed(completion);
          if (entry != null) {
            serve(entry);
          }
        }
      }
    } catch (SystemCallException | RuntimeException | Error e) {
      LOG.atError().setCause(e).log("A thread can no longer take requests by io_uring");
    }
  }

  private void serve(Entry entry) {
    busySince = System.nanoTime() | 1;
    threads.lookout().beAwake();
    try {
      entry.connection().carryOut(entry);
    } finally {
      busySince = 0;
      isHeldUp = false;
    }
  }
}
