package ctrenc.overlay.export;

import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatPreamble;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * Reads what {@link StreamWriter} wrote, and refuses what is cut, changed, out of order, repeated,
 * or of another stream. Not thread-safe.
 */
final class StreamReader {

  /** More than any frame has. */
  static final int MOST = 4 << 20;

  private final DataInputStream in;
  private final UUID id;
  private long number;

  StreamReader(InputStream in) throws IOException {
    this.in = new DataInputStream(in);
    byte[] header = in.readNBytes(FormatPreamble.length(StreamWriter.ID_LENGTH));
    ByteBuffer field =
        ByteBuffer.wrap(StreamWriter.PREAMBLE.read(header, StreamWriter.ID_LENGTH, "that came"));
    this.id = new UUID(field.getLong(), field.getLong());
  }

  /** The next frame. */
  Frame next() throws IOException {
    try {
      byte code = in.readByte();
      int length = in.readInt();
      if (length < 0 || length > MOST) {
        throw damaged();
      }
      byte[] payload = in.readNBytes(length);
      if (payload.length < length) {
        throw cut();
      }
      if (in.readInt() != StreamChecksum.of(id, number, code, payload)) {
        throw damaged();
      }
      number++;
      return new Frame(kind(code), payload);
    } catch (EOFException e) {
      throw cut();
    }
  }

  /** The next frame, which has to be of this kind; its payload. */
  byte[] next(Frame.Kind kind) throws IOException {
    Frame frame = next();
    if (frame.kind() != kind) {
      throw disordered();
    }
    return frame.payload();
  }

  /** Nothing may follow the last frame. */
  void end() throws IOException {
    if (in.read() >= 0) {
      throw disordered();
    }
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

  private static DamagedException cut() {
    return new DamagedException("The stream was cut before its end; send it again.");
  }

  static DamagedException disordered() {
    return new DamagedException("The stream does not have the order of a stream.");
  }
}
