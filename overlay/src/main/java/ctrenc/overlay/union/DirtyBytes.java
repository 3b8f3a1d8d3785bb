package ctrenc.overlay.union;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * Ranges of one file that are written but not sealed. Not thread-safe: its {@link FileContent}
 * guards it.
 */
interface DirtyBytes {

  /**
   * Takes bytes, in the place of older ones in their range. Returns true if a whole extent's worth
   * lies together now.
   */
  boolean put(long offset, MemorySegment source);

  /** Forgets what lies in [from, to). */
  void discard(long from, long to);

  /**
   * Copies what lies in the range of {@code target}, which begins at {@code offset}; the rest of it
   * stays as it is.
   */
  void copyTo(long offset, MemorySegment target);

  /** Every byte of the range lies here. */
  boolean covers(long offset, long length);

  /** Takes the ranges that fill a whole extent out of here. */
  DirtyBytes splitFull();

  long bytes();

  boolean isEmpty();

  /** The end of the last range, 0 where there is none. */
  long end();

  /** Offers the ranges in file order. Arrays stay the buffer's. */
  void forEach(RangeVisitor visitor) throws IOException;

  void clear();

  /** Takes ranges. */
  @FunctionalInterface
  interface RangeVisitor {
    void visit(long offset, byte[] bytes, int from, int length) throws IOException;
  }
}
