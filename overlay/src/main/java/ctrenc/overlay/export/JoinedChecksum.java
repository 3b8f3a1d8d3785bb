package ctrenc.overlay.export;

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

  private JoinedChecksum() {}

  /**
   * The checksum of the first part with the second behind it.
   *
   * @param length of the second, in bytes
   */
  static int of(int first, int second, long length) {
    int power = ONE;
    int square = BYTE;
    for (long left = length; left > 0; left >>= 1) {
      if ((left & 1) != 0) {
        power = product(power, square);
      }
      square = product(square, square);
    }
    return product(power, first) ^ second;
  }

  private static int product(int left, int right) {
    int product = 0;
    int shifted = right;
    for (int term = ONE; term != 0; term >>>= 1) {
      if ((left & term) != 0) {
        product ^= shifted;
      }
      shifted = (shifted & 1) != 0 ? (shifted >>> 1) ^ POLYNOMIAL : shifted >>> 1;
    }
    return product;
  }
}
