package ctrenc.crypto.extent;

import ctrenc.crypto.aead.CallerNonceAesGcm;
import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * What a thread needs to seal and open chunks, kept from call to call. One per thread; opening
 * chunks of one extent after another with the same scratch saves the key schedule.
 *
 * <p>Bound data of a chunk: format version (1) | suite (1) | layer UUID (16) | extent id (8) |
 * chunk number (4) | chunk count (4) | length of the extent (4). Nonce: chunk number, 12 bytes. All
 * numbers big-endian.
 */
public final class ChunkScratch implements AutoCloseable {

  private static final int SUITE_OFFSET = 1;
  private static final int LAYER_OFFSET = 2;
  private static final int EXTENT_OFFSET = LAYER_OFFSET + 2 * Long.BYTES;
  private static final int CHUNK_OFFSET = EXTENT_OFFSET + Long.BYTES;
  private static final int COUNT_OFFSET = CHUNK_OFFSET + Integer.BYTES;
  private static final int LENGTH_OFFSET = COUNT_OFFSET + Integer.BYTES;
  private static final int BOUND_LENGTH = LENGTH_OFFSET + Integer.BYTES;
  private static final int NONCE_CHUNK_OFFSET = CallerNonceAesGcm.NONCE_LENGTH - Integer.BYTES;

  final CallerNonceAesGcm cipher = new CallerNonceAesGcm();
  final byte[] bound = new byte[BOUND_LENGTH];
  final byte[] nonce = new byte[CallerNonceAesGcm.NONCE_LENGTH];

  private final ByteBuffer boundFields = ByteBuffer.wrap(bound);
  private final ByteBuffer nonceFields = ByteBuffer.wrap(nonce);

  public ChunkScratch() {
    bound[0] = ExtentFormat.VERSION;
  }

  /** Sets bound data and nonce for one chunk. */
  void aim(Suite suite, UUID layer, long extentId, int length, int chunk) {
    bound[SUITE_OFFSET] = suite.code();
    boundFields.putLong(LAYER_OFFSET, layer.getMostSignificantBits());
    boundFields.putLong(LAYER_OFFSET + Long.BYTES, layer.getLeastSignificantBits());
    boundFields.putLong(EXTENT_OFFSET, extentId);
    boundFields.putInt(CHUNK_OFFSET, chunk);
    boundFields.putInt(COUNT_OFFSET, suite.chunks(length));
    boundFields.putInt(LENGTH_OFFSET, length);
    nonceFields.putInt(NONCE_CHUNK_OFFSET, chunk);
  }

  /** Erases the last extent's key schedule. The scratch may be used again. */
  @Override
  public void close() {
    cipher.forget();
  }
}
