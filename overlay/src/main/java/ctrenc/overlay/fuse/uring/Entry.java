package ctrenc.overlay.fuse.uring;

import ctrenc.overlay.fuse.kernel.Exchange;
import ctrenc.overlay.sys.Pages;
import ctrenc.overlay.sys.SystemCallException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * One place of a connection for one request at a time. It belongs to the queue of one processor for
 * good, and to the station that last gave it to the kernel: there its next request comes. The
 * kernel has it from then until that request is completed.
 */
final class Entry {

  /** Bytes of an entry's memory, of which the machine gives the pages that are used. */
  static final int SIZE = Pages.SIZE + RingPath.MAX_TRANSFER;

  /** Bytes of the two struct iovec that name the memory's parts to the kernel. */
  static final int PARTS = 4 * Long.BYTES;

  private final RingConnection connection;
  private final RingThreads threads;
  private final int queue;
  private final int number;
  private final MemorySegment memory;
  private final MemorySegment parts;
  private @Nullable Exchange exchange;
  private boolean isRegistered;
  private volatile @Nullable Station home;

  /** An entry that the kernel does not know yet, with memory for itself and for its iovecs. */
  Entry(
      RingConnection connection,
      int queue,
      RingThreads threads,
      MemorySegment memory,
      MemorySegment parts) {
    this.connection = connection;
    this.queue = queue;
    this.threads = threads;
    this.memory = memory;
    this.parts = parts;
    parts.set(ValueLayout.JAVA_LONG, 0, memory.address());
    parts.set(ValueLayout.JAVA_LONG, Long.BYTES, Exchange.HEADER);
    parts.set(ValueLayout.JAVA_LONG, 2 * Long.BYTES, memory.address() + Pages.SIZE);
    parts.set(ValueLayout.JAVA_LONG, 3 * Long.BYTES, RingPath.MAX_TRANSFER);
    number = threads.table().add(this);
  }

  RingConnection connection() {
    return connection;
  }

  int queue() {
    return queue;
  }

  int number() {
    return number;
  }

  /** Who has the entry in hand: its memory as one request and its answer. */
  Exchange exchange() {
    Exchange made = exchange;
    if (made == null) {
      made =
          new Exchange(
              memory.asSlice(0, Exchange.HEADER), memory.asSlice(Pages.SIZE), this::commit);
      exchange = made;
    }
    return made;
  }

  /** Any thread: gives the entry, with the answer that is in it, back to the kernel. */
  private void commit() {
    try {
      Station last = home;
      if (last != null && last.isMine()) {
        last.put(this);
      } else {
        threads.route(this);
      }
    } catch (SystemCallException e) {
      throw new IllegalStateException("an answer could not be given to the kernel", e);
    }
  }

  /** The station's own thread: puts the entry into a submission. */
  void fill(MemorySegment slot, Station station) {
    home = station;
    if (isRegistered) {
      FuseCommand.commit(slot, connection.device(), number, queue, exchange().unique());
    } else {
      isRegistered = true;
      FuseCommand.register(slot, connection.device(), number, queue, parts.address());
    }
  }
}
