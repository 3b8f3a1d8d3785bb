package ctrenc.overlay.segment;

import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatTooNewException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * What stands before an extent's sealed bytes, so that whoever finds them knows whose they are and
 * whether they are whole, without a key. Numbers are big-endian:
 *
 * <pre>
 * magic (4) | version (1) | suite (1) | zero (2) | layer UUID (16) | extent id (8) |
 * nonce (32) | commitment (32) | length (4) | sealed length (4) |
 * CRC32C of the sealed bytes (4) | CRC32C of all before (4)
 * </pre>
 *
 * @param suite how the bytes are sealed; zero is never one
 * @param extent id within the layer
 * @param nonce 32 bytes
 * @param commitment 32 bytes
 * @param length bytes of plaintext
 * @param sealedLength bytes that follow this header
 * @param checksum CRC32C of those
 */
@SuppressWarnings("ArrayRecordComponent") // Handed over, never compared.
public record EnvelopeHeader(
    byte suite,
    UUID layer,
    long extent,
    byte[] nonce,
    byte[] commitment,
    int length,
    int sealedLength,
    int checksum) {

  public static final byte VERSION = 1;
  public static final int NONCE_LENGTH = 32;
  public static final int COMMITMENT_LENGTH = 32;

  /** More than any extent's; a header that says otherwise is none. */
  public static final int MAX_SEALED_LENGTH = 2 << 20;

  /** "XTNT". */
  static final int MAGIC = 0x5854_4E54;

  private static final int MAGIC_LENGTH = 4;
  private static final int CODES_LENGTH = 4;
  private static final int LAYER_LENGTH = 16;
  private static final int EXTENT_LENGTH = 8;
  private static final int LENGTHS_LENGTH = 8;
  private static final int CHECKSUM_LENGTH = 4;

  /** Where the header's own checksum stands. */
  private static final int CHECKED_LENGTH =
      MAGIC_LENGTH
          + CODES_LENGTH
          + LAYER_LENGTH
          + EXTENT_LENGTH
          + NONCE_LENGTH
          + COMMITMENT_LENGTH
          + LENGTHS_LENGTH
          + CHECKSUM_LENGTH;

  /** In bytes, of the whole header. */
  public static final int LENGTH = CHECKED_LENGTH + CHECKSUM_LENGTH;

  /** Bytes of the segment file from this header on to the end of the extent. */
  public int envelopeLength() {
    return LENGTH + sealedLength;
  }

  public byte[] encode() {
    byte[] bytes = new byte[LENGTH];
    ByteBuffer.wrap(bytes)
        .putInt(MAGIC)
        .put(VERSION)
        .put(suite)
        .putShort((short) 0)
        .putLong(layer.getMostSignificantBits())
        .putLong(layer.getLeastSignificantBits())
        .putLong(extent)
        .put(nonce)
        .put(commitment)
        .putInt(length)
        .putInt(sealedLength)
        .putInt(checksum)
        .putInt(checksumOf(bytes, 0, CHECKED_LENGTH));
    return bytes;
  }

  /**
   * Decodes and checks a header.
   *
   * @param where names layer, file and offset in messages
   * @throws FormatTooNewException if the header is whole, but of a version this release does not
   *     know
   */
  public static EnvelopeHeader decode(byte[] bytes, String where)
      throws DamagedException, FormatTooNewException {
    if (bytes.length != LENGTH) {
      throw new DamagedException("The extent " + where + " ends within its header.");
    }
    ByteBuffer header = ByteBuffer.wrap(bytes);
    if (header.getInt() != MAGIC) {
      throw new DamagedException("There is no extent " + where + ".");
    }
    if (header.getInt(CHECKED_LENGTH) != checksumOf(bytes, 0, CHECKED_LENGTH)) {
      throw new DamagedException("The header of the extent " + where + " is damaged.");
    }
    int version = Byte.toUnsignedInt(header.get());
    byte suite = header.get();
    if (version != VERSION || header.getShort() != 0) {
      throw new FormatTooNewException(
          "The extent "
              + where
              + " has version "
              + version
              + ", which only a newer release knows.");
    }
    UUID layer = new UUID(header.getLong(), header.getLong());
    long extent = header.getLong();
    byte[] nonce = take(header, NONCE_LENGTH);
    byte[] commitment = take(header, COMMITMENT_LENGTH);
    int length = header.getInt();
    int sealedLength = header.getInt();
    if (length <= 0 || sealedLength < length || sealedLength > MAX_SEALED_LENGTH) {
      throw new DamagedException("The header of the extent " + where + " tells no sane length.");
    }
    return new EnvelopeHeader(
        suite, layer, extent, nonce, commitment, length, sealedLength, header.getInt());
  }

  /** CRC32C of a part of an array, as the header carries it. */
  public static int checksumOf(byte[] bytes, int offset, int length) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, offset, length);
    return (int) checksum.getValue();
  }

  /** The same of memory of any kind. */
  public static int checksumOf(MemorySegment bytes) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes.asByteBuffer());
    return (int) checksum.getValue();
  }

  private static byte[] take(ByteBuffer header, int length) {
    byte[] part = new byte[length];
    header.get(part);
    return part;
  }
}
