package ctrenc.overlay.fuse.uring;

import ctrenc.overlay.fuse.kernel.LeavingThreads;
import ctrenc.overlay.fuse.kernel.Pace;
import ctrenc.overlay.fuse.kernel.Vigil;
import ctrenc.overlay.sys.IoUring;
import ctrenc.overlay.sys.SystemCallException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadPoolExecutor;
import org.jspecify.annotations.Nullable;

/**
 * The threads that serve all mounts by io_uring, and the entries in their hands: workers, of which
 * each has the queues of its processors; the lookout; and the reserve. Thread-safe.
 */
final class RingThreads implements AutoCloseable {

  /** All threads there are for the time in which workers are held up. */
  private static final int RESERVE = 16;

  private final EntryTable table = new EntryTable();
  private final List<RingWorker> workers = new ArrayList<>();
  private final Lookout lookout = new Lookout(this);
  private final ExecutorService threads;
  private final ThreadPoolExecutor reserve = LeavingThreads.pool(RESERVE, "fuse-ring-reserve-");
  private volatile boolean isStopped;

  /** Threads that have begun, {@code count} of them workers. */
  RingThreads(int count, Optional<Vigil> vigil) throws SystemCallException {
    for (int i = 0; i < count; i++) {
      workers.add(new RingWorker(this, new Pace(vigil)));
    }
    threads =
        Executors.newFixedThreadPool(
            count + 1, Thread.ofPlatform().name("fuse-ring-", 0).daemon().factory());
    workers.forEach(threads::execute);
    threads.execute(lookout);
  }

  boolean isStopped() {
    return isStopped;
  }

  EntryTable table() {
    return table;
  }

  List<RingWorker> workers() {
    return workers;
  }

  Lookout lookout() {
    return lookout;
  }

  Executor reserve() {
    return reserve;
  }

  /** The worker that has a processor's queues. */
  RingWorker workerOf(int queue) {
    return workers.get(queue % workers.size());
  }

  /**
   * Any thread: brings an entry to where it can be given to the kernel without delay. A worker that
   * is held up later loses it to the lookout again.
   */
  void route(Entry entry) throws SystemCallException {
    RingWorker worker = workerOf(entry.queue());
    (worker.isHeldUp() ? lookout.station() : worker.station()).leave(entry);
  }

  /** The entry by which a request has come; null where the kernel has given it up instead. */
  @Nullable Entry completed(long completion) {
    Entry entry = table.get(IoUring.number(completion));
    int result = IoUring.result(completion);
    if (result < 0) {
      entry.connection().ended(entry, -result);
      return null;
    }
    return entry;
  }

  @Override
  public void close() throws SystemCallException {
    isStopped = true;
    lookout.station().ringBell();
    for (RingWorker worker : workers) {
      worker.station().ringBell();
    }
    threads.close();
    reserve.close();
    lookout.station().close();
    for (RingWorker worker : workers) {
      worker.station().close();
    }
  }
}
