package ctrenc.overlay.fuse.uring;

import ctrenc.overlay.fuse.kernel.Stint;
import ctrenc.overlay.sys.IoUring;
import ctrenc.overlay.sys.SystemCallException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that helps where a worker is held up by one request: what has come to that one's
 * station goes to threads of the reserve, and their answers leave by the lookout's own. The entries
 * that they leave by come back to it, so the next requests need not wait to be found. It carries
 * nothing out itself, and sleeps while nothing is in work.
 */
final class Lookout implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(Lookout.class);

  /** After so many moments in which nobody was seen at work it sleeps. */
  private static final int QUIET_MOMENTS = 25;

  private final RingThreads threads;
  private final Station station = new Station();
  private volatile boolean isAsleep;

  Lookout(RingThreads threads) throws SystemCallException {
    this.threads = threads;
  }

  Station station() {
    return station;
  }

  /** To be called by whoever begins a request, after it can be seen that he is busy. */
  void beAwake() {
    if (isAsleep) {
      try {
        station.ringBell();
      } catch (SystemCallException e) {
        LOG.atWarn().setCause(e).log("The lookout could not be woken");
      }
    }
  }

  @Override
  public void run() {
    station.open();
    int quiet = 0;
    try {
      while (!threads.isStopped()) {
        if (quiet < QUIET_MOMENTS) {
          station.await(Stint.MOMENT_NANOS);
        } else {
          sleep();
          quiet = 0;
        }
        handOut(station);
        quiet = lookAround() ? 0 : quiet + 1;
      }
    } catch (SystemCallException | RuntimeException | Error e) {
      LOG.atError().setCause(e).log("Nobody looks out for requests that workers cannot take");
    }
  }

  private void sleep() throws SystemCallException {
    isAsleep = true;
    if (threads.workers().stream().noneMatch(RingWorker::isBusy) && !threads.isStopped()) {
      station.await();
    }
    isAsleep = false;
  }

  /** True if anybody is at work. */
  private boolean lookAround() throws SystemCallException {
    boolean isBusy = false;
    List<RingWorker> workers = threads.workers();
    for (RingWorker worker : workers) {
      isBusy |= worker.isBusy();
      if (worker.checkHeldUp()) {
        handOut(worker.station());
        Entry answered;
        while ((answered = worker.station().takeLeft()) != null) {
          station.put(answered);
        }
      }
    }
    return isBusy;
  }

  /** What has come to a station goes to the reserve. */
  private void handOut(Station from) {
    long completion;
    while ((completion = from.take()) != IoUring.NOTHING) {
      Entry entry = threads.completed(completion);
      if (entry != null) {
        entry.connection().help(entry);
      }
    }
  }
}
