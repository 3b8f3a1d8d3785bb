package ctrenc.overlay.export;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The bytes of a file of a ciphertext view. Thread-safe. */
interface ViewContent {

  long size();

  /** Fills the target from an offset; returns the bytes read, short only at the end. */
  int read(long offset, MemorySegment target) throws IOException;

  /** Bytes that are in memory. */
  static ViewContent of(byte[] bytes) {
    return new ViewContent() {
      @Override
      public long size() {
        return bytes.length;
      }

      @Override
      public int read(long offset, MemorySegment target) {
        return copy(bytes, offset, target);
      }
    };
  }

  /** What there is of bytes from an offset on, as far as there is room. */
  static int copy(byte[] bytes, long offset, MemorySegment target) {
    int from = (int) Math.min(offset, bytes.length);
    int count = (int) Math.min(bytes.length - from, target.byteSize());
    MemorySegment.copy(bytes, from, target, ValueLayout.JAVA_BYTE, 0, count);
    return count;
  }
}
