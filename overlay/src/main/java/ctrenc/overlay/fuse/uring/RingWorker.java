package ctrenc.overlay.fuse.uring;

import ctrenc.overlay.fuse.kernel.Pace;
import ctrenc.overlay.fuse.kernel.Stint;
import ctrenc.overlay.sys.IoUring;
import ctrenc.overlay.sys.SystemCallException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that serves the queues of some processors, of all mounts: carries a request out, and
 * in one system call gives its answer and waits for the next. No answer waits for another request.
 */
final class RingWorker implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(RingWorker.class);

  private final RingThreads threads;
  private final Pace pace;
  private final Station station = new Station();

  private final Stint stint = new Stint();
  private volatile boolean isHeldUp;

  RingWorker(RingThreads threads, Pace pace) throws SystemCallException {
    this.threads = threads;
    this.pace = pace;
  }

  Station station() {
    return station;
  }

  boolean isBusy() {
    return stint.isBusy();
  }

  /** True if the lookout found it held up by the request in work. */
  boolean isHeldUp() {
    return isHeldUp;
  }

  /** The lookout: finds out whether it is held up by the request in work. */
  boolean checkHeldUp() {
    isHeldUp = stint.isHeldUp();
    return isHeldUp;
  }

  @Override
  public void run() {
    station.open();
    try {
      stint.enter();
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
    pace.note(stint.begin());
    threads.lookout().beAwake();
    try {
      entry.connection().carryOut(entry);
    } finally {
      stint.end();
      isHeldUp = false;
    }
  }
}
