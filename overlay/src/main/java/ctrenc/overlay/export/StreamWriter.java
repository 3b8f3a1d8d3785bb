package ctrenc.overlay.export;

import ctrenc.overlay.layer.FieldWriter;
import ctrenc.overlay.storage.FormatPreamble;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.UUID;

/**
 * Writes a stream: a header of format "stream" whose one field is the stream's random id (16), then
 * frames. Numbers are big-endian. Not thread-safe.
 *
 * <pre>
 * kind (1) | length of the payload (4) | payload | {@link StreamChecksum} (4)
 * </pre>
 */
final class StreamWriter {

  static final int VERSION = 1;
  static final FormatPreamble PREAMBLE = new FormatPreamble("stream", VERSION, VERSION);
  static final int ID_LENGTH = 2 * Long.BYTES;

  private final DataOutputStream out;
  private final UUID id = UUID.randomUUID();
  private long number;

  StreamWriter(OutputStream out) throws IOException {
    this.out = new DataOutputStream(out);
    this.out.write(PREAMBLE.write(bytes(id)));
  }

  static byte[] bytes(UUID id) {
    return new FieldWriter(ID_LENGTH).putId(id).toBytes();
  }

  void write(Frame.Kind kind, byte[] payload) throws IOException {
    out.writeByte(kind.code());
    out.writeInt(payload.length);
    out.write(payload);
    out.writeInt(StreamChecksum.of(id, number, kind.code(), payload));
    number++;
  }

  void flush() throws IOException {
    out.flush();
  }
}
