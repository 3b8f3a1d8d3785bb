package ctrenc.overlay.extent;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * The sum in a record of the table SHARE: how many references an extent has beyond the one it
 * starts with. Signed, 64 bits, little-endian, as RocksDB's merge operator has it; absent is zero.
 */
final class Shares {

  /** The reference that an extent starts with went too. */
  private static final long UNREFERENCED = -1;

  private Shares() {}

  static boolean isUnreferenced(Optional<byte[]> stored) {
    return sum(stored) == UNREFERENCED;
  }

  static boolean isImpossible(Optional<byte[]> stored) {
    return sum(stored) < UNREFERENCED;
  }

  static long sum(Optional<byte[]> stored) {
    return stored
        .map(bytes -> ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong())
        .orElse(0L);
  }
}
