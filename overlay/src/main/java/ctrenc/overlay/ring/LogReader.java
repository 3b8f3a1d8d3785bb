package ctrenc.overlay.ring;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/** Reads the entries of a write log that another process left. */
final class LogReader {

  private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

  private LogReader() {}

  static <E extends Exception> void read(
      MemorySegment ring, long tail, long head, LogVisitor<E> visitor) throws E {
    long at = tail;
    while (at < head) {
      long entry = at % WriteLog.CAPACITY;
      int size = ring.get(ValueLayout.JAVA_INT, entry + WriteLog.SIZE);
      if (size < WriteLog.LINE || size % WriteLog.LINE != 0 || entry + size > WriteLog.CAPACITY) {
        throw new IllegalStateException("an entry of the write log has no length");
      }
      if ((int) INT.getAcquire(ring, entry) == WriteLog.LIVE) {
        offer(ring, entry, visitor);
      }
      at += size;
    }
  }

  /** Wipes all between two places, which may lie across the ring's end. */
  static void wipe(MemorySegment ring, long tail, long head) {
    long at = tail;
    while (at < head) {
      long from = at % WriteLog.CAPACITY;
      long length = Math.min(head - at, WriteLog.CAPACITY - from);
      ring.asSlice(from, length).fill((byte) 0);
      at += length;
    }
  }

  private static <E extends Exception> void offer(
      MemorySegment ring, long entry, LogVisitor<E> visitor) throws E {
    int kind = ring.get(ValueLayout.JAVA_INT, entry + WriteLog.KIND);
    long inode = ring.get(ValueLayout.JAVA_LONG, entry + WriteLog.INODE);
    long offset = ring.get(ValueLayout.JAVA_LONG, entry + WriteLog.OFFSET);
    long length = ring.get(ValueLayout.JAVA_LONG, entry + WriteLog.BYTES);
    if (kind == WriteLog.DISCARD) {
      visitor.discarded(inode, offset, offset + length);
      return;
    }
    MemorySegment bytes = ring.asSlice(entry + WriteLog.LINE, length);
    switch (kind) {
      case WriteLog.WRITE ->
          visitor.written(
              inode,
              offset,
              bytes,
              ring.get(ValueLayout.JAVA_LONG, entry + WriteLog.SECONDS),
              ring.get(ValueLayout.JAVA_INT, entry + WriteLog.NANOS));
      case WriteLog.ATTRIBUTES -> visitor.changed(inode, bytes);
      case WriteLog.TIME_SET -> visitor.timeIsSet(inode);
      default -> throw new IllegalStateException("an entry of the write log has no kind");
    }
  }
}
