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
    return begun(stream, number, kind, payload.remaining(), payload);
  }

  /**
   * The same where the payload's last bytes are known already: they are not gone through.
   *
   * @param before the payload's first bytes
   * @param rest checksum of the others
   * @param restLength how many they are
   */
  static int of(UUID stream, long number, byte kind, ByteBuffer before, int rest, int restLength) {
    int begun = begun(stream, number, kind, before.remaining() + restLength, before);
    return JoinedChecksum.of(begun, rest, restLength);
  }

  private static int begun(UUID stream, long number, byte kind, int length, ByteBuffer payload) {
    ByteBuffer head =
        ByteBuffer.allocate(HEAD)
            .putLong(stream.getMostSignificantBits())
            .putLong(stream.getLeastSignificantBits())
            .putLong(number)
            .put(kind)
            .putInt(length);
    CRC32C checksum = new CRC32C();
    checksum.update(head.array());
    checksum.update(payload.duplicate());
    return (int) checksum.getValue();
  }
}
