package ctrenc.overlay.export;

import ctrenc.overlay.segment.EnvelopeHeader;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatPreamble;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.Optional;
import java.util.UUID;

/**
 * Reads what {@link StreamWriter} wrote, and refuses what is cut, changed, out of order, repeated,
 * or of another stream. Used by one thread.
 */
final class StreamReader implements AutoCloseable {

  /** So much is read at once. */
  private static final int PIECE = 1 << 20;

  /** Of an extent: how often it is referred to, and its header. */
  private static final int BEFORE_SEALED = Long.BYTES + EnvelopeHeader.LENGTH;

  private static final int CAPACITY = 2 * PIECE + StreamWriter.MOST;

  private final ReadableByteChannel in;
  private final UUID id;
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment memory = arena.allocate(CAPACITY, Long.BYTES);

  /** What was read and not used lies from its position to its limit. */
  private final ByteBuffer buffer = memory.asByteBuffer().limit(0);

  private long number;

  StreamReader(ReadableByteChannel in) throws IOException {
    this.in = in;
    try {
      this.id = readId();
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  private UUID readId() throws IOException {
    int length = FormatPreamble.length(StreamWriter.ID_LENGTH);
    byte[] header = new byte[has(length) ? length : buffer.remaining()];
    buffer.get(header);
    ByteBuffer field =
        ByteBuffer.wrap(StreamWriter.PREAMBLE.read(header, StreamWriter.ID_LENGTH, "that came"));
    return new UUID(field.getLong(), field.getLong());
  }

  /** The next frame, which lasts until the one after it is read. */
  Frame next() throws IOException {
    need(StreamWriter.HEAD);
    byte code = buffer.get();
    int length = buffer.getInt();
    if (length < 0 || length > StreamWriter.MOST) {
      throw damaged();
    }
    need(length + Integer.BYTES);
    int from = buffer.position();
    // What an extent has behind its header has a checksum of its own: one pass gives both.
    int head = Math.min(length, code == Frame.Kind.EXTENT.code() ? BEFORE_SEALED : length);
    MemorySegment rest = memory.asSlice(from + (long) head, length - (long) head);
    int sealed = EnvelopeHeader.checksumOf(rest);
    int checksum =
        StreamChecksum.of(id, number, code, buffer.slice(from, head), sealed, length - head);
    buffer.position(from + length);
    if (buffer.getInt() != checksum) {
      throw damaged();
    }
    number++;
    return new Frame(kind(code), memory.asSlice(from, length), sealed);
  }

  /** The next frame, which has to be of this kind; its payload. */
  byte[] next(Frame.Kind kind) throws IOException {
    Frame frame = next();
    if (frame.kind() != kind) {
      throw disordered();
    }
    return frame.bytes();
  }

  /** The payload of the next frame, if it is of this kind; else that frame is still to be read. */
  Optional<byte[]> nextIf(Frame.Kind kind) throws IOException {
    return has(1) && buffer.get(buffer.position()) == kind.code()
        ? Optional.of(next(kind))
        : Optional.empty();
  }

  /** Nothing may follow the last frame. */
  void end() throws IOException {
    if (has(1)) {
      throw disordered();
    }
  }

  private void need(int count) throws IOException {
    if (!has(count)) {
      throw new DamagedException("The stream was cut before its end; send it again.");
    }
  }

  /** Whether so many bytes are there, or still come. */
  private boolean has(int count) throws IOException {
    if (buffer.remaining() == 0) {
      buffer.position(0).limit(0);
    }
    if (buffer.position() + count > CAPACITY - PIECE) {
      buffer.compact().flip();
    }
    while (buffer.remaining() < count) {
      int from = buffer.position();
      int end = buffer.limit();
      buffer.limit(Math.min(CAPACITY, end + PIECE)).position(end);
      int read = in.read(buffer);
      buffer.limit(end + Math.max(0, read)).position(from);
      if (read < 0) {
        return false;
      }
    }
    return true;
  }

  private static Frame.Kind kind(byte code) throws DamagedException {
    for (Frame.Kind kind : Frame.Kind.values()) {
      if (kind.code() == code) {
        return kind;
      }
    }
    throw new DamagedException("The stream has a frame of an unknown kind.");
  }

  private DamagedException damaged() {
    return new DamagedException(
        "The stream is damaged, out of order, or mixed with another one (frame %d); send it again."
            .formatted(number));
  }

  static DamagedException disordered() {
    return new DamagedException("The stream does not have the order of a stream.");
  }

  @Override
  public void close() {
    arena.close();
  }
}
