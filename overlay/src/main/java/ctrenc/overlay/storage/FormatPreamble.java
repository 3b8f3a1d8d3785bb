package ctrenc.overlay.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * How every file of ours begins, so that one can tell what it is and who may read it:
 *
 * <pre>
 * magic (8) | format name (8, ASCII, zero-padded) | version (4) | fields | CRC32C of all before (4)
 * </pre>
 *
 * <p>Numbers are big-endian, and without a sign. Magic, name and version stay where they are in
 * every version to come; so a version is judged before the checksum, whose place the version
 * decides.
 */
public final class FormatPreamble {

  public static final int MAGIC_LENGTH = 8;
  public static final int NAME_LENGTH = 8;
  public static final int VERSION_LENGTH = 4;
  public static final int CHECKSUM_LENGTH = 4;

  /** What comes before a format's own fields. */
  public static final int FIELDS_OFFSET = MAGIC_LENGTH + NAME_LENGTH + VERSION_LENGTH;

  /** 0x89 "CTRENC" 0x0A: no text begins so, and a transfer that mends line ends breaks it. */
  private static final long MAGIC = 0x8943_5452_454E_430AL;

  private final String format;
  private final int oldest;
  private final int newest;

  /** A format by its name, of at most 8 letters, and the versions this release reads. */
  public FormatPreamble(String format, int oldest, int newest) {
    if (format.length() > NAME_LENGTH || oldest < 1 || newest < oldest) {
      throw new IllegalArgumentException("no format: " + format);
    }
    this.format = format;
    this.oldest = oldest;
    this.newest = newest;
  }

  /** Bytes of a whole header with {@code fieldsLength} bytes of fields. */
  public static int length(int fieldsLength) {
    return FIELDS_OFFSET + fieldsLength + CHECKSUM_LENGTH;
  }

  /** A header of the newest version around the fields. */
  public byte[] write(byte[] fields) {
    byte[] bytes = new byte[length(fields.length)];
    ByteBuffer.wrap(bytes)
        .putLong(MAGIC)
        .put(paddedName())
        .putInt(newest)
        .put(fields)
        .putInt(checksum(bytes, FIELDS_OFFSET + fields.length));
    return bytes;
  }

  /**
   * Checks a header and returns its fields.
   *
   * @param file names the file in messages
   */
  public byte[] read(byte[] bytes, int fieldsLength, String file)
      throws DamagedException, FormatTooNewException, FormatTooOldException {
    if (bytes.length < FIELDS_OFFSET) {
      throw new DamagedException("The file " + file + " is too short for its header.");
    }
    ByteBuffer header = ByteBuffer.wrap(bytes);
    byte[] name = new byte[NAME_LENGTH];
    if (header.getLong() != MAGIC || !Arrays.equals(name(header, name), paddedName())) {
      throw new DamagedException("The file " + file + " is no " + format + " file of ctr-enc.");
    }
    checkVersion(header.getInt(), file);
    int end = FIELDS_OFFSET + fieldsLength;
    if (bytes.length < end + CHECKSUM_LENGTH || header.getInt(end) != checksum(bytes, end)) {
      throw new DamagedException("The header of the file " + file + " is damaged.");
    }
    return Arrays.copyOfRange(bytes, FIELDS_OFFSET, end);
  }

  /** The version of a header that {@link #read} took. */
  public static int version(byte[] bytes) {
    return ByteBuffer.wrap(bytes).getInt(MAGIC_LENGTH + NAME_LENGTH);
  }

  /** Whether two headers of one length differ in nothing but what version they tell. */
  public static boolean isSameButForVersion(byte[] one, byte[] other) {
    int version = MAGIC_LENGTH + NAME_LENGTH;
    byte[] same = one.clone();
    System.arraycopy(other, version, same, version, VERSION_LENGTH);
    return Arrays.equals(same, other);
  }

  private static byte[] name(ByteBuffer header, byte[] target) {
    header.get(target);
    return target;
  }

  private void checkVersion(int version, String file)
      throws FormatTooNewException, FormatTooOldException {
    if (Integer.compareUnsigned(version, newest) > 0) {
      throw new FormatTooNewException(
          "The file "
              + file
              + " has version "
              + Integer.toUnsignedString(version)
              + "; this release reads up to "
              + newest
              + ". Use the release that wrote it.");
    }
    if (Integer.compareUnsigned(version, oldest) < 0) {
      throw new FormatTooOldException(
          "The file "
              + file
              + " has version "
              + version
              + "; this release reads from "
              + oldest
              + " on. Open it with an older release.");
    }
  }

  private byte[] paddedName() {
    return Arrays.copyOf(format.getBytes(US_ASCII), NAME_LENGTH);
  }

  private static int checksum(byte[] bytes, int length) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, 0, length);
    return (int) checksum.getValue();
  }
}
