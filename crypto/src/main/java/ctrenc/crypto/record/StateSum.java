package ctrenc.crypto.record;

import java.nio.ByteBuffer;

/**
 * A sum mod 2^256 and a count. Written as 32 big-endian bytes and 8 for the count. Not thread-safe.
 */
final class StateSum {

  static final int LIMBS = 4;

  /** The least significant first. */
  private final long[] limbs = new long[LIMBS];

  private long count;

  void add(byte[] element) {
    accumulate(ByteBuffer.wrap(element));
    count++;
  }

  void subtract(byte[] element) {
    ByteBuffer bytes = ByteBuffer.wrap(element);
    long borrow = 0;
    for (int i = 0; i < LIMBS; i++) {
      long minuend = limbs[i];
      long subtrahend = limb(bytes, i);
      long difference = minuend - subtrahend;
      limbs[i] = difference - borrow;
      boolean borrows =
          Long.compareUnsigned(minuend, subtrahend) < 0 || (borrow != 0 && difference == 0);
      borrow = borrows ? 1 : 0;
    }
    count--;
  }

  /** Adds another sum as {@link #write} gave it. */
  void addAll(ByteBuffer written) {
    accumulate(written);
    count += written.getLong(LIMBS * Long.BYTES);
  }

  void write(ByteBuffer target) {
    for (int i = LIMBS - 1; i >= 0; i--) {
      target.putLong(limbs[i]);
    }
    target.putLong(count);
  }

  void read(ByteBuffer written) {
    for (int i = 0; i < LIMBS; i++) {
      limbs[i] = limb(written, i);
    }
    count = written.getLong(LIMBS * Long.BYTES);
  }

  private void accumulate(ByteBuffer bytes) {
    long carry = 0;
    for (int i = 0; i < LIMBS; i++) {
      long partial = limbs[i] + limb(bytes, i);
      boolean overflows = Long.compareUnsigned(partial, limbs[i]) < 0;
      limbs[i] = partial + carry;
      overflows |= carry != 0 && limbs[i] == 0;
      carry = overflows ? 1 : 0;
    }
  }

  private static long limb(ByteBuffer bytes, int i) {
    return bytes.getLong((LIMBS - 1 - i) * Long.BYTES);
  }
}
