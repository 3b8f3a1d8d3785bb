package ctrenc.overlay.export;

import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The checksum of a frame. It covers the stream's id and the frame's place in the stream too, so
 * that a frame that comes twice, late, or from another stream does not fit. Stateless.
 *
 * <pre>
 * CRC32C of: stream id (16) | number of the frame, from 0 (8) | kind (1) | length (4) | payload
 * </pre>
 */
final class StreamChecksum {

  private static final int HEAD = 2 * Long.BYTES + Long.BYTES + 1 + Integer.BYTES;

  private StreamChecksum() {}

  static int of(UUID stream, long number, byte kind, ByteBuffer payload) {
    ByteBuffer head =
        ByteBuffer.allocate(HEAD)
            .putLong(stream.getMostSignificantBits())
            .putLong(stream.getLeastSignificantBits())
            .putLong(number)
            .put(kind)
            .putInt(payload.remaining());
    CRC32C checksum = new CRC32C();
    checksum.update(head.array());
    checksum.update(payload.duplicate());
    return (int) checksum.getValue();
  }
}
