package ctrenc.crypto.extent;

import ctrenc.crypto.aead.CallerNonceAesGcm;

/**
 * Sizes that the sealed extents of every {@link Suite} share. The plaintext has 1 byte to {@link
 * #MAX_LENGTH}. The header before the sealed bytes, which carries suite, nonce and commitment, is
 * the extent store's.
 */
public final class ExtentFormat {

  /** The version of the sealed form; bound into every chunk and into the extent's key. */
  public static final byte VERSION = 1;

  /** Bytes that follow each chunk's ciphertext. */
  public static final int TAG = CallerNonceAesGcm.TAG_LENGTH;

  /** The longest extent, in plaintext bytes. */
  public static final int MAX_LENGTH = 1 << 20;

  public static final int NONCE = 32;
  public static final int COMMITMENT = 32;

  private ExtentFormat() {}

  static int checkLength(int length) {
    if (length < 1 || length > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "an extent has 1 to " + MAX_LENGTH + " bytes, not " + length);
    }
    return length;
  }
}
