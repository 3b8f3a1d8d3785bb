package ctrenc.overlay.fuse.uring;

import ctrenc.overlay.fuse.kernel.ServedConnection;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.ErrorNumber;
import ctrenc.overlay.sys.Pages;
import ctrenc.overlay.sys.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The entries of one connection: as many for each processor's queue, all with the kernel from the
 * beginning, because it does not give an entry that comes later what waits already. Of two that are
 * free it takes the one that was used last, so most of an idle mount's are never touched. The
 * connection has ended when the kernel has given all of them up. Thread-safe.
 */
final class RingConnection {

  private static final Logger LOG = LoggerFactory.getLogger(RingConnection.class);

  /** Threads of the reserve that one connection may have. */
  private static final int HELPERS = 8;

  private final ServedConnection served;
  private final RingThreads threads;
  private final Arena arena = Arena.ofShared();
  private final AtomicInteger live = new AtomicInteger();
  private final Queue<Entry> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger helpers = new AtomicInteger();

  RingConnection(ServedConnection served, RingThreads threads) {
    this.served = served;
    this.threads = threads;
  }

  /** Gives the kernel {@code depth} entries for each of the {@code queues}: then it begins. */
  void begin(int queues, int depth) throws SystemCallException {
    int count = queues * depth;
    MemorySegment memory = Pages.allocate(count * (long) Entry.SIZE, arena);
    MemorySegment parts = arena.allocate(count * (long) Entry.PARTS, Long.BYTES);
    served.join();
    live.set(count);
    for (int i = 0; i < count; i++) {
      Entry entry =
          new Entry(
              this,
              i % queues,
              threads,
              memory.asSlice(i * (long) Entry.SIZE, Entry.SIZE),
              parts.asSlice(i * (long) Entry.PARTS, Entry.PARTS));
      threads.workerOf(entry.queue()).station().leave(entry);
    }
  }

  Descriptor device() {
    return served.device();
  }

  /** Carries out the request that has come by {@code entry}. */
  void carryOut(Entry entry) {
    served.carryOut(entry.exchange());
  }

  /** Carries out the request by a thread of the reserve, soon. */
  void help(Entry entry) {
    waiting.add(entry);
    if (mayHelp()) {
      threads.reserve().execute(this::helpAll);
    }
  }

  private boolean mayHelp() {
    if (helpers.incrementAndGet() <= HELPERS) {
      return true;
    }
    helpers.decrementAndGet();
    return false;
  }

  private void helpAll() {
    do {
      Entry entry;
      while ((entry = waiting.poll()) != null) {
        carryOut(entry);
      }
      helpers.decrementAndGet();
      // What was added before that was seen has nobody else.
    } while (!waiting.isEmpty() && mayHelp());
  }

  /** The kernel has given an entry up, as it does with all when a connection ends. */
  void ended(Entry entry, int errno) {
    if (errno != ErrorNumber.ENOTCONN && errno != ErrorNumber.ECONNABORTED) {
      LOG.atError()
          .addKeyValue("errno", errno)
          .addKeyValue("queue", entry.queue())
          .log("The kernel refuses an entry of its ring");
    }
    threads.table().remove(entry.number());
    if (live.decrementAndGet() == 0) {
      arena.close();
      served.leave();
    }
  }
}
