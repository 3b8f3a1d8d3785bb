package ctrenc.daemon.image;

import ctrenc.daemon.refusal.RefusedException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A header block of 512 bytes: ustar (POSIX.1-1988), and what GNU tar makes of it (tar's manual,
 * "Basic Tar Format").
 */
final class TarHeader {

  static final int SIZE = 512;

  private static final int NAME = 0;
  private static final int NAME_LENGTH = 100;
  private static final int MODE = 100;
  private static final int UID = 108;
  private static final int GID = 116;
  private static final int FILE_SIZE = 124;
  private static final int MODIFIED = 136;
  private static final int CHECKSUM = 148;
  private static final int CHECKSUM_LENGTH = 8;
  private static final int TYPE = 156;
  private static final int LINK = 157;
  private static final int MAGIC = 257;
  private static final int MAJOR = 329;
  private static final int MINOR = 337;
  private static final int PREFIX = 345;
  private static final int PREFIX_LENGTH = 155;
  private static final int SMALL_NUMBER = 8;
  private static final int LARGE_NUMBER = 12;
  private static final byte[] USTAR = {'u', 's', 't', 'a', 'r', 0};

  /** The old GNU form of a sparse file: four ranges here, more in blocks that follow. */
  static final int SPARSE = 386;

  static final int SPARSE_COUNT = 4;
  static final int SPARSE_MORE = 482;
  static final int SPARSE_SIZE = 483;

  private final byte[] block;

  private TarHeader(byte[] block) {
    this.block = block;
  }

  static boolean isEnd(byte[] block) {
    for (byte b : block) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  static TarHeader parse(byte[] block) throws RefusedException {
    TarHeader header = new TarHeader(block);
    if (!header.isChecksumRight()) {
      throw RefusedException.invalid(
          "The archive is no tar archive, or it is damaged: a header's checksum is wrong.");
    }
    return header;
  }

  private boolean isChecksumRight() throws RefusedException {
    long unsigned = 0;
    long signed = 0;
    for (int i = 0; i < SIZE; i++) {
      boolean isSelf = i >= CHECKSUM && i < CHECKSUM + CHECKSUM_LENGTH;
      unsigned += isSelf ? ' ' : block[i] & 0xff;
      signed += isSelf ? ' ' : block[i];
    }
    long stored = number(CHECKSUM, CHECKSUM_LENGTH);
    return stored == unsigned || stored == signed;
  }

  char type() {
    return (char) (block[TYPE] & 0xff);
  }

  byte[] name() {
    byte[] name = text(NAME, NAME_LENGTH);
    boolean isUstar = Arrays.equals(block, MAGIC, MAGIC + USTAR.length, USTAR, 0, USTAR.length);
    byte[] prefix = isUstar ? text(PREFIX, PREFIX_LENGTH) : new byte[0];
    if (prefix.length == 0) {
      return name;
    }
    byte[] whole = Arrays.copyOf(prefix, prefix.length + 1 + name.length);
    whole[prefix.length] = '/';
    System.arraycopy(name, 0, whole, prefix.length + 1, name.length);
    return whole;
  }

  byte[] link() {
    return text(LINK, NAME_LENGTH);
  }

  int mode() throws RefusedException {
    return (int) number(MODE, SMALL_NUMBER) & 07777;
  }

  long uid() throws RefusedException {
    return number(UID, SMALL_NUMBER);
  }

  long gid() throws RefusedException {
    return number(GID, SMALL_NUMBER);
  }

  long size() throws RefusedException {
    return number(FILE_SIZE, LARGE_NUMBER);
  }

  long modified() throws RefusedException {
    return number(MODIFIED, LARGE_NUMBER);
  }

  int major() throws RefusedException {
    return (int) number(MAJOR, SMALL_NUMBER);
  }

  int minor() throws RefusedException {
    return (int) number(MINOR, SMALL_NUMBER);
  }

  long sparseSize() throws RefusedException {
    return number(SPARSE_SIZE, LARGE_NUMBER);
  }

  byte[] block() {
    return block;
  }

  private byte[] text(int offset, int length) {
    int end = offset;
    while (end < offset + length && block[end] != 0) {
      end++;
    }
    return Arrays.copyOfRange(block, offset, end);
  }

  private long number(int offset, int length) throws RefusedException {
    return number(block, offset, length);
  }

  /** Octal digits, or GNU's base 256 where the first bit is set; nothing at all is 0. */
  static long number(byte[] block, int offset, int length) throws RefusedException {
    if ((block[offset] & 0x80) != 0) {
      return binary(block, offset, length);
    }
    String digits =
        new String(block, offset, length, StandardCharsets.ISO_8859_1).replace('\0', ' ').strip();
    if (digits.isEmpty()) {
      return 0;
    }
    if (digits.length() > 20 || !digits.chars().allMatch(c -> c >= '0' && c <= '7')) {
      throw RefusedException.invalid(
          "The archive is no tar archive, or it is damaged: a header's number is not one.");
    }
    return Long.parseLong(digits, 8);
  }

  private static long binary(byte[] block, int offset, int length) throws RefusedException {
    boolean isNegative = (block[offset] & 0x40) != 0;
    long value = isNegative ? -1 : 0;
    for (int i = offset; i < offset + length; i++) {
      int digit = i == offset ? (block[i] & 0x3f) | (isNegative ? 0xc0 : 0) : block[i] & 0xff;
      if (value != value << 8 >> 8) {
        throw RefusedException.invalid("The archive holds a number that is too large.");
      }
      value = (value << 8) | digit;
    }
    return value;
  }
}
