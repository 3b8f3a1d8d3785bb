package ctrenc.overlay.segment;

import ctrenc.overlay.storage.DamagedException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Walks the envelopes of a segment file without keys: to rebuild the location map, to verify, to
 * find what a crash left. Where no header is, because a write failed, was torn or was given back to
 * the disk, it looks for the next one and reports the gap.
 *
 * <p>A header is believed when its checksum fits. Sealed bytes could hold a copy of one, but a scan
 * looks for headers only where it met something broken, and decides about nothing that a key
 * protects.
 */
public final class SegmentScan {

  /** Takes what a scan meets, in the order of the file. */
  public interface Visitor {

    /**
     * An envelope with a whole header.
     *
     * @param isWhole whether the sealed bytes are what the header's checksum says
     */
    void envelope(SegmentPlace place, EnvelopeHeader header, boolean isWhole) throws IOException;

    /** Bytes that belong to no envelope; one that reaches the end of the file is a torn tail. */
    void gap(int file, long from, long to) throws IOException;
  }

  private static final int WINDOW = 64 * 1024;
  private static final ValueLayout.OfInt BIG_ENDIAN_INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private final SegmentFile file;
  private final long start;

  SegmentScan(SegmentFile file, long start) {
    this.file = file;
    this.start = Math.max(start, SegmentFile.HEADER_LENGTH);
  }

  void run(Visitor visitor) throws IOException {
    long end = file.size();
    long position = start;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment window = arena.allocate(WINDOW);
      while (position < end) {
        long found = nextHeader(position, end, window);
        if (found > position) {
          visitor.gap(file.number(), position, found);
        }
        position = found < end ? envelope(found, visitor, window) : end;
      }
    }
  }

  /** Reports the envelope at {@code offset}, whose header is whole; returns where it ends. */
  private long envelope(long offset, Visitor visitor, MemorySegment window) throws IOException {
    EnvelopeHeader header =
        EnvelopeHeader.decode(
            file.bytes(offset, EnvelopeHeader.LENGTH), "in " + file.name() + " at " + offset);
    SegmentPlace place = new SegmentPlace(file.number(), offset, header.envelopeLength());
    visitor.envelope(place, header, isWhole(place, header, window));
    return place.end();
  }

  private boolean isWhole(SegmentPlace place, EnvelopeHeader header, MemorySegment window)
      throws IOException {
    CRC32C checksum = new CRC32C();
    long position = place.offset() + EnvelopeHeader.LENGTH;
    while (position < place.end()) {
      MemorySegment part = window.asSlice(0, Math.min(WINDOW, place.end() - position));
      if (file.read(part, position) < part.byteSize()) {
        return false;
      }
      checksum.update(part.asByteBuffer());
      position += part.byteSize();
    }
    return (int) checksum.getValue() == header.checksum();
  }

  /** The first offset at or after {@code from} where a whole header stands, or {@code end}. */
  private long nextHeader(long from, long end, MemorySegment window) throws IOException {
    if (isHeader(from)) {
      return from;
    }
    long position = from + 1;
    while (position + EnvelopeHeader.LENGTH <= end) {
      int length = file.read(window, position);
      for (int i = 0; i + Integer.BYTES <= length; i++) {
        if (window.get(BIG_ENDIAN_INT, i) == EnvelopeHeader.MAGIC && isHeader(position + i)) {
          return position + i;
        }
      }
      if (length < WINDOW) {
        break;
      }
      position += length - Integer.BYTES + 1;
    }
    return end;
  }

  private boolean isHeader(long offset) throws IOException {
    byte[] bytes = file.bytes(offset, EnvelopeHeader.LENGTH);
    try {
      EnvelopeHeader.decode(bytes, "at " + offset);
      return true;
    } catch (DamagedException e) {
      // Not a header: the caller looks further.
      return false;
    }
  }
}
