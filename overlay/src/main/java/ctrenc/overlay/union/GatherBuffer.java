package ctrenc.overlay.union;

import ctrenc.overlay.extent.ExtentStore;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Dirty ranges as pieces of heap memory, none longer than an extent, none overlapping another. A
 * write that continues a piece grows it in place.
 */
final class GatherBuffer implements DirtyBytes {

  private static final int PAGE = 4096;

  /** A piece that has grown so long by further writes will become a whole extent. */
  private static final int STREAM = 128 << 10;

  private final TreeMap<Long, Piece> pieces = new TreeMap<>();
  private final AtomicLong total;
  private final ExtentBuffers buffers;
  private long bytes;

  /**
   * @param total the sum over all buffers that share it
   * @param buffers where pieces of a whole extent come from and go to
   */
  GatherBuffer(AtomicLong total, ExtentBuffers buffers) {
    this.total = total;
    this.buffers = buffers;
  }

  @Override
  public boolean put(long offset, MemorySegment source) {
    long end = offset + source.byteSize();
    boolean full = false;
    long at = offset;
    while (at < end) {
      Map.Entry<Long, Piece> below = pieces.floorEntry(at);
      Piece piece = below == null ? null : below.getValue();
      int count;
      if (piece != null && at < piece.end()) {
        count = (int) (Math.min(end, piece.end()) - at);
        piece.overwrite(at, source, at - offset, count);
      } else {
        Long next = pieces.higherKey(at);
        long gap = (next == null ? end : Math.min(end, next)) - at;
        if (piece == null || piece.end() != at || piece.isFull()) {
          piece = new Piece(at, array((int) Math.min(gap, ExtentStore.MAX_LENGTH)));
          pieces.put(at, piece);
        }
        count = piece.append(source, at - offset, gap);
        grow(count);
        full |= piece.isFull();
      }
      at += count;
    }
    return full;
  }

  @Override
  public void discard(long from, long to) {
    Map.Entry<Long, Piece> first = pieces.floorEntry(from);
    if (first != null && first.getValue().end() > from && first.getKey() < from) {
      Piece piece = first.getValue();
      if (piece.end() > to) {
        Piece rest = piece.tail(to);
        pieces.put(to, rest);
        grow(rest.length);
      }
      grow(piece.shorten(from));
    }
    Iterator<Piece> covered = pieces.subMap(from, to).values().iterator();
    Piece rest = null;
    while (covered.hasNext()) {
      Piece piece = covered.next();
      if (piece.end() > to) {
        rest = piece.tail(to);
      }
      covered.remove();
      grow(-piece.length);
    }
    if (rest != null) {
      pieces.put(to, rest);
      grow(rest.length);
    }
  }

  @Override
  public void copyTo(long offset, MemorySegment target) {
    long end = offset + target.byteSize();
    Long start = pieces.floorKey(offset);
    for (Piece piece : pieces.subMap(start == null ? offset : start, end).values()) {
      long from = Math.max(offset, piece.offset);
      long to = Math.min(end, piece.end());
      if (from < to) {
        MemorySegment.copy(
            piece.bytes,
            (int) (from - piece.offset),
            target,
            ValueLayout.JAVA_BYTE,
            from - offset,
            (int) (to - from));
      }
    }
  }

  @Override
  public boolean covers(long offset, long length) {
    long at = offset;
    while (at < offset + length) {
      Map.Entry<Long, Piece> piece = pieces.floorEntry(at);
      if (piece == null || piece.getValue().end() <= at) {
        return false;
      }
      at = piece.getValue().end();
    }
    return true;
  }

  @Override
  public DirtyBytes splitFull() {
    GatherBuffer full = new GatherBuffer(total, buffers);
    Iterator<Piece> each = pieces.values().iterator();
    while (each.hasNext()) {
      Piece piece = each.next();
      if (piece.isFull()) {
        each.remove();
        grow(-piece.length);
        full.pieces.put(piece.offset, piece);
        full.grow(piece.length);
      }
    }
    return full;
  }

  @Override
  public long bytes() {
    return bytes;
  }

  @Override
  public boolean isEmpty() {
    return pieces.isEmpty();
  }

  @Override
  public long end() {
    return pieces.isEmpty() ? 0 : pieces.lastEntry().getValue().end();
  }

  @Override
  public void forEach(RangeVisitor visitor) throws IOException {
    for (Piece piece : pieces.values()) {
      visitor.visit(piece.offset, piece.bytes, 0, piece.length);
    }
  }

  @Override
  public void clear() {
    for (Piece piece : pieces.values()) {
      if (piece.bytes.length == ExtentStore.MAX_LENGTH) {
        buffers.give(piece.bytes);
      }
    }
    pieces.clear();
    grow(-bytes);
  }

  private byte[] array(int expected) {
    return expected == ExtentStore.MAX_LENGTH ? buffers.take() : new byte[Math.max(PAGE, expected)];
  }

  private void grow(long count) {
    bytes += count;
    total.addAndGet(count);
  }

  /** Bytes that lie together in the file. */
  private static final class Piece {
    private final long offset;
    private byte[] bytes;
    private int length;

    Piece(long offset, byte[] bytes) {
      this.offset = offset;
      this.bytes = bytes;
    }

    long end() {
      return offset + length;
    }

    boolean isFull() {
      return length == ExtentStore.MAX_LENGTH;
    }

    void overwrite(long at, MemorySegment source, long from, int count) {
      MemorySegment.copy(source, ValueLayout.JAVA_BYTE, from, bytes, (int) (at - offset), count);
    }

    /** Adds up to {@code most} bytes and returns how many fitted. */
    int append(MemorySegment source, long from, long most) {
      int count = (int) Math.min(most, ExtentStore.MAX_LENGTH - length);
      if (length + count > bytes.length) {
        bytes =
            Arrays.copyOf(
                bytes,
                length + count >= STREAM
                    ? ExtentStore.MAX_LENGTH
                    : Math.max(length + count, bytes.length * 2));
      }
      MemorySegment.copy(source, ValueLayout.JAVA_BYTE, from, bytes, length, count);
      length += count;
      return count;
    }

    /** Cuts at {@code end} and returns the change of length. */
    int shorten(long end) {
      int before = length;
      length = (int) (end - offset);
      return length - before;
    }

    Piece tail(long from) {
      int skip = (int) (from - offset);
      Piece rest = new Piece(from, Arrays.copyOfRange(bytes, skip, length));
      rest.length = length - skip;
      return rest;
    }
  }
}
