package ctrenc.crypto.extent;

import ctrenc.crypto.aead.CallerNonceAesGcm;

/**
 * Sizes and codes of a sealed extent. The plaintext, 1 byte to {@link #MAX_LENGTH}, is cut into
 * chunks of {@link #CHUNK} bytes, the last one shorter if need be; the sealed form is each chunk's
 * ciphertext followed by its tag, in order:
 *
 * <pre>ciphertext 0 (16384) | tag 0 (16) | ciphertext 1 | tag 1 | ... </pre>
 *
 * The header before it, which carries nonce and commitment, is the extent store's.
 */
public final class ExtentFormat {

  /** The version of the sealed form; bound into every chunk and into the extent's key. */
  public static final byte VERSION = 1;

  /**
   * AES-256-GCM in 16 KiB chunks, key and commitment by HKDF-SHA512. Zero is never a suite, and
   * there is none without encryption.
   */
  public static final byte SUITE_AES_256_GCM = 1;

  /** Plaintext bytes of every chunk but the last. */
  public static final int CHUNK = 16 * 1024;

  /** Bytes that follow each chunk's ciphertext. */
  public static final int TAG = CallerNonceAesGcm.TAG_LENGTH;

  /** Bytes from the start of one sealed chunk to the start of the next. */
  public static final int SEALED_CHUNK = CHUNK + TAG;

  /** The longest extent, in plaintext bytes. */
  public static final int MAX_LENGTH = 1 << 20;

  public static final int NONCE = 32;
  public static final int COMMITMENT = 32;

  private ExtentFormat() {}

  /** How many chunks {@code length} bytes of plaintext make. */
  public static int chunks(int length) {
    return (checkLength(length) + CHUNK - 1) / CHUNK;
  }

  /** Bytes of the sealed form of {@code length} bytes of plaintext. */
  public static int sealedLength(int length) {
    return length + chunks(length) * TAG;
  }

  /** Plaintext bytes of one chunk of an extent of {@code length} bytes. */
  public static int chunkLength(int length, int chunk) {
    if (chunk < 0 || chunk >= chunks(length)) {
      throw new IndexOutOfBoundsException(
          "an extent of " + length + " bytes has no chunk " + chunk);
    }
    return Math.min(CHUNK, length - chunk * CHUNK);
  }

  static int checkLength(int length) {
    if (length < 1 || length > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "an extent has 1 to " + MAX_LENGTH + " bytes, not " + length);
    }
    return length;
  }
}
