package ctrenc.overlay.export;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.Arrays;

/**
 * Puts the header of a member of a tar archive together, in the format "ustar" of POSIX: 512 bytes
 * of fields at fixed places, numbers in octal digits. What does not fit stands in a pax header
 * before it, and is cut, or zero, here. Not thread-safe.
 */
final class TarHeader {

  static final int LENGTH = 512;
  static final int LONGEST_NAME = 99;

  /** More is no number of eleven octal digits. */
  static final long LARGEST = (1L << 33) - 1;

  /** What a member is; codes are part of the format. */
  enum Type {
    FILE('0'),
    LINK('1'),
    DIRECTORY('5'),
    PAX('x');

    private final char code;

    Type(char code) {
      this.code = code;
    }
  }

  private static final int NAME_LENGTH = 100;
  private static final int ID_LENGTH = 8;
  private static final int NUMBER_LENGTH = 12;
  private static final int OWNER_LENGTH = 32;
  private static final byte[] FORMAT = "ustar\00000".getBytes(UTF_8);

  private static final int MODE = NAME_LENGTH;
  private static final int USER = MODE + ID_LENGTH;
  private static final int GROUP = USER + ID_LENGTH;
  private static final int SIZE = GROUP + ID_LENGTH;
  private static final int TIME = SIZE + NUMBER_LENGTH;
  private static final int CHECKSUM = TIME + NUMBER_LENGTH;
  private static final int TYPE = CHECKSUM + ID_LENGTH;
  private static final int LINK = TYPE + 1;
  private static final int MAGIC = LINK + NAME_LENGTH;
  private static final int MAJOR = MAGIC + FORMAT.length + 2 * OWNER_LENGTH;
  private static final int MINOR = MAJOR + ID_LENGTH;

  private final byte[] bytes = new byte[LENGTH];

  TarHeader() {
    System.arraycopy(FORMAT, 0, bytes, MAGIC, FORMAT.length);
    for (int place : new int[] {USER, GROUP, MAJOR, MINOR}) {
      octal(0, place, ID_LENGTH);
    }
  }

  /**
   * The header of a member that root owns; written over when the next one is made.
   *
   * @param link the name that a link leads to, or nothing
   */
  byte[] of(Type type, String name, int mode, long size, Instant changed, String link) {
    text(name, 0);
    octal(mode, MODE, ID_LENGTH);
    octal(size > LARGEST ? 0 : size, SIZE, NUMBER_LENGTH);
    octal(changed.getEpochSecond(), TIME, NUMBER_LENGTH);
    bytes[TYPE] = (byte) type.code;
    text(link, LINK);
    check();
    return bytes;
  }

  private void text(String text, int place) {
    byte[] encoded = text.getBytes(UTF_8);
    int length = Math.min(NAME_LENGTH, encoded.length);
    System.arraycopy(encoded, 0, bytes, place, length);
    Arrays.fill(bytes, place + length, place + NAME_LENGTH, (byte) 0);
  }

  /** Digits, and a space behind them. */
  private void octal(long value, int place, int length) {
    digits(value, place, length - 1);
    bytes[place + length - 1] = ' ';
  }

  private void digits(long value, int place, int count) {
    long left = value;
    for (int i = place + count - 1; i >= place; i--) {
      bytes[i] = (byte) ('0' + (left & 7));
      left >>>= 3;
    }
  }

  /** The sum of all bytes, with spaces in its own place. */
  private void check() {
    Arrays.fill(bytes, CHECKSUM, TYPE, (byte) ' ');
    int sum = 0;
    for (byte one : bytes) {
      sum += one & 0xff;
    }
    digits(sum, CHECKSUM, ID_LENGTH - 2);
    bytes[TYPE - 2] = 0;
  }
}
