package ctrenc.overlay.extent;

import ctrenc.overlay.storage.DamagedException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Keys of a layer's extents in the metadata store. Numbers are big-endian, the layer's is the local
 * one of this store:
 *
 * <pre>
 * PLACE, SHARE   layer (8) | extent id (8)
 * LAYER          layer (8) | 0x40 (1) | 0 (8)      the {@link ExtentState}
 * </pre>
 */
final class ExtentKeys {

  private static final byte STATE_TYPE = 0x40;
  private static final int EXTENT_KEY_LENGTH = 2 * Long.BYTES;
  private static final int STATE_KEY_LENGTH = 2 * Long.BYTES + 1;

  private ExtentKeys() {}

  static byte[] extent(long layer, long extent) {
    return ByteBuffer.allocate(EXTENT_KEY_LENGTH).putLong(layer).putLong(extent).array();
  }

  /** The first key that is not of the layer's extents. */
  static byte[] afterExtents(long layer) {
    return ByteBuffer.allocate(Long.BYTES).putLong(layer + 1).array();
  }

  static byte[] state(long layer) {
    return ByteBuffer.allocate(STATE_KEY_LENGTH).putLong(layer).put(STATE_TYPE).putLong(0).array();
  }

  /** The layer of a key in the table LAYER, if it is that of an extent state. */
  static Optional<Long> layerOfState(byte[] key) {
    boolean isState = key.length == STATE_KEY_LENGTH && key[Long.BYTES] == STATE_TYPE;
    return isState ? Optional.of(ByteBuffer.wrap(key).getLong()) : Optional.empty();
  }

  static long extentOf(byte[] key) throws DamagedException {
    if (key.length != EXTENT_KEY_LENGTH) {
      throw new DamagedException("A record's key has " + key.length + " bytes, an extent's 16.");
    }
    return ByteBuffer.wrap(key).getLong(Long.BYTES);
  }
}
