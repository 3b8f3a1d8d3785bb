package ctrenc.overlay.union;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.locks.StampedLock;

/**
 * Reads files: gathered bytes, the upper's runs, the lowers', zeros. Readers of one file run side
 * by side.
 */
final class DataReader {

  private final SpanFinder spans;

  DataReader(SpanFinder spans) {
    this.spans = spans;
  }

  /**
   * Fills {@code target} from {@code offset}; returns the bytes read, short only at the end of the
   * file.
   */
  int read(Node node, long offset, MemorySegment target) throws IOException {
    FileContent content = node.content();
    StampedLock data = content.data();
    long stamp = data.readLock();
    try {
      long count = Math.min(target.byteSize(), content.size() - offset);
      if (count <= 0) {
        return 0;
      }
      MemorySegment wanted = count == target.byteSize() ? target : target.asSlice(0, count);
      if (content.unsealed() == null) {
        readStored(node, offset, wanted);
      } else if (!content.fill(offset, wanted)) {
        readStored(node, offset, wanted);
        content.overlay(offset, wanted);
      }
      return (int) count;
    } finally {
      data.unlockRead(stamp);
    }
  }

  private void readStored(Node node, long offset, MemorySegment target) throws IOException {
    long end = offset + target.byteSize();
    long at = offset;
    while (at < end) {
      Span span = spans.at(node, at, end);
      MemorySegment slice = target.asSlice(at - offset, span.end() - at);
      switch (span) {
        case Span.Zeros zeros -> slice.fill((byte) 0);
        case Span.Bytes bytes -> bytes.layer().read(bytes.run(), at - bytes.run().offset(), slice);
        case Span.Small small ->
            MemorySegment.copy(
                small.data(), (int) at, slice, ValueLayout.JAVA_BYTE, 0, (int) slice.byteSize());
      }
      at = span.end();
    }
  }
}
