package ctrenc.overlay.export;

import ctrenc.overlay.layer.FieldWriter;
import ctrenc.overlay.segment.EnvelopeHeader;
import ctrenc.overlay.storage.FollowedMemory;
import ctrenc.overlay.storage.FormatPreamble;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.UUID;

/**
 * Writes a stream: a header of format "stream" whose one field is the stream's random id (16), then
 * frames. Numbers are big-endian. Frames are put together in native memory, so that an extent goes
 * from its file to the stream without a copy, and written on a second thread. Used by one thread.
 *
 * <pre>
 * kind (1) | length of the payload (4) | payload | {@link StreamChecksum} (4)
 * </pre>
 */
final class StreamWriter implements AutoCloseable {

  /** What earlier releases take too: a root without anything that is nested in it. */
  static final int ALONE = 1;

  static final int WITH_NESTED = 2;

  /** Of a stream that was cut, what did not come. */
  static final int REST = 3;

  /** With earlier snapshots; it may be a rest, too. */
  static final int WITH_SNAPSHOTS = 4;

  static final FormatPreamble PREAMBLE = preamble(WITH_SNAPSHOTS);
  static final int ID_LENGTH = 2 * Long.BYTES;
  static final int HEAD = 1 + Integer.BYTES;

  /** More than any frame has. */
  static final int MOST = 4 << 20;

  /** So much is written at once, while it is in the processor's cache. */
  private static final int ENOUGH = 512 << 10;

  private final WritableByteChannel out;
  private final UUID id = UUID.randomUUID();
  private final FollowedMemory memory =
      new FollowedMemory("ctr-enc-output", ENOUGH + HEAD + MOST + Integer.BYTES);

  /** The piece that frames are put into. */
  private ByteBuffer buffer = memory.piece().asByteBuffer();

  private long number;

  /**
   * @param version the lowest that has what the stream needs
   */
  StreamWriter(WritableByteChannel out, int version) {
    this.out = out;
    buffer.put(preamble(version).write(bytes(id)));
  }

  private static FormatPreamble preamble(int version) {
    return new FormatPreamble("stream", ALONE, version);
  }

  static byte[] bytes(UUID id) {
    return new FieldWriter(ID_LENGTH).putId(id).toBytes();
  }

  /** Where the payload of the next frame is put together. */
  MemorySegment room(int length) throws IOException {
    if (length > MOST) {
      throw new IllegalArgumentException("a frame of " + length + " bytes");
    }
    return memory.piece().asSlice(buffer.position() + HEAD, length);
  }

  /** Writes the frame whose payload is in its {@link #room}. */
  void write(Frame.Kind kind, int length) throws IOException {
    ByteBuffer payload = buffer.slice(buffer.position() + HEAD, length);
    write(kind, length, StreamChecksum.of(id, number, kind.code(), payload));
  }

  /** The same of an extent, of which the sealed bytes stand last and were checked. */
  void write(int length, EnvelopeHeader header) throws IOException {
    int before = length - header.sealedLength();
    byte kind = Frame.Kind.EXTENT.code();
    int checksum =
        StreamChecksum.of(
            id,
            number,
            kind,
            buffer.slice(buffer.position() + HEAD, before),
            header.checksum(),
            header.sealedLength());
    write(Frame.Kind.EXTENT, length, checksum);
  }

  private void write(Frame.Kind kind, int length, int checksum) throws IOException {
    int from = buffer.position();
    buffer.put(kind.code()).putInt(length);
    buffer.position(from + HEAD + length).putInt(checksum);
    number++;
    if (buffer.position() >= ENOUGH) {
      handOver();
    }
  }

  void write(Frame.Kind kind, byte[] payload) throws IOException {
    room(payload.length).copyFrom(MemorySegment.ofArray(payload));
    write(kind, payload.length);
  }

  private void handOver() throws IOException {
    memory.handOver(buffer.position(), piece -> OutputBehind.writeAll(piece.asByteBuffer(), out));
    buffer = memory.piece().asByteBuffer();
  }

  /** Returns when everything is in the channel. */
  void flush() throws IOException {
    handOver();
    memory.settle();
  }

  @Override
  public void close() {
    memory.close();
  }
}
