package ctrenc.overlay.export;

import ctrenc.overlay.segment.EnvelopeHeader;
import java.lang.foreign.MemorySegment;

/**
 * The CRC32C of bytes whose parts' checksums are known: a checksum is what is left of the bytes, as
 * a polynomial, divided by one of degree 32, so appending bytes multiplies it by a power of x.
 * Polynomials are reflected: the highest bit is the coefficient of 1. Stateless.
 */
final class JoinedChecksum {

  /** Castagnoli's polynomial without its leading term. */
  private static final int POLYNOMIAL = 0x82F6_3B78;

  private static final int ONE = 1 << 31;

  /** x to the 8th: one byte more. */
  private static final int BYTE = ONE >>> 8;

  /** From so many bytes on, joining is less work than going through them. */
  private static final int LONG = 16 << 10;

  /** x to the 8 times 2 to the index: so many bytes more. */
  private static final int[] POWERS = powers();

  private JoinedChecksum() {}

  private static int[] powers() {
    int[] powers = new int[Long.SIZE];
    powers[0] = BYTE;
    for (int i = 1; i < powers.length; i++) {
      powers[i] = product(powers[i - 1], powers[i - 1]);
    }
    return powers;
  }

  /**
   * The checksum of the first part with the second behind it.
   *
   * @param length of the second, in bytes
   */
  static int of(int first, int second, long length) {
    int moved = first;
    for (long left = length; left != 0; left &= left - 1) {
      moved = product(POWERS[Long.numberOfTrailingZeros(left)], moved);
    }
    return moved ^ second;
  }

  /**
   * The checksum of header and sealed bytes, of which the header's own says what they are: long
   * ones are not gone through once more.
   *
   * @param envelope was checked
   */
  static int of(EnvelopeHeader header, MemorySegment envelope) {
    if (header.sealedLength() < LONG) {
      return EnvelopeHeader.checksumOf(envelope);
    }
    int head = EnvelopeHeader.checksumOf(envelope.asSlice(0, EnvelopeHeader.LENGTH));
    return of(head, header.checksum(), header.sealedLength());
  }

  /** Without branches, which nobody could foretell. */
  private static int product(int left, int right) {
    int product = 0;
    int shifted = right;
    for (int bit = Integer.SIZE - 1; bit >= 0; bit--) {
      product ^= shifted & -(left >>> bit & 1);
      shifted = shifted >>> 1 ^ POLYNOMIAL & -(shifted & 1);
    }
    return product;
  }
}
