package ctrenc.crypto.extent;

import java.util.Optional;

/**
 * How an extent is sealed: AES-256-GCM, key and commitment by HKDF-SHA512, over chunks of one
 * length. The plaintext is cut into such chunks, the last one shorter if need be; the sealed form
 * is each chunk's ciphertext followed by its tag, in order:
 *
 * <pre>ciphertext 0 | tag 0 (16) | ciphertext 1 | tag 1 | ... </pre>
 *
 * <p>There is none without encryption. The code stands in the extent's header and is bound into its
 * key and into every chunk, so no extent opens under another suite than it was sealed under.
 */
public enum Suite {
  /** What the first release sealed; opened for ever, made no more. */
  CHUNKS_OF_16_KIB(1, 16 * 1024),

  /** A chunk is what a page of the kernel's cache holds, the least that is ever asked for. */
  CHUNKS_OF_4_KIB(2, 4 * 1024);

  /** What new extents are sealed under. */
  public static final Suite CURRENT = CHUNKS_OF_4_KIB;

  private final byte code;
  private final int chunk;

  Suite(int code, int chunk) {
    this.code = (byte) code;
    this.chunk = chunk;
  }

  /** The suite of a header; empty if this release does not know it. */
  public static Optional<Suite> of(byte code) {
    return switch (code) {
      case 1 -> Optional.of(CHUNKS_OF_16_KIB);
      case 2 -> Optional.of(CHUNKS_OF_4_KIB);
      default -> Optional.empty();
    };
  }

  /** As headers carry it; never zero. */
  public byte code() {
    return code;
  }

  /** Plaintext bytes of every chunk but the last. */
  public int chunk() {
    return chunk;
  }

  /** Bytes from the start of one sealed chunk to the start of the next. */
  public int sealedChunk() {
    return chunk + ExtentFormat.TAG;
  }

  /** How many chunks {@code length} bytes of plaintext make. */
  public int chunks(int length) {
    return (ExtentFormat.checkLength(length) + chunk - 1) / chunk;
  }

  /** Bytes of the sealed form of {@code length} bytes of plaintext. */
  public int sealedLength(int length) {
    return length + chunks(length) * ExtentFormat.TAG;
  }

  /** Plaintext bytes of one chunk of an extent of {@code length} bytes. */
  public int chunkLength(int length, int number) {
    if (number < 0 || number >= chunks(length)) {
      throw new IndexOutOfBoundsException(
          "an extent of " + length + " bytes has no chunk " + number);
    }
    return Math.min(chunk, length - number * chunk);
  }
}
