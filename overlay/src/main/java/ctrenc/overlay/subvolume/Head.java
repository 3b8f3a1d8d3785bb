package ctrenc.overlay.subvolume;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * What its holder can demand of a store later: that a root is not older than when this was given
 * out. Not secret. As text it is 32 hexadecimal digits, a dash, and 4 that tell a typing error.
 *
 * @param tag 16 bytes, a MAC over the root's records under its upper's key
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by its text.
public record Head(byte[] tag) {

  private static final int CHECK_MASK = 0xffff;
  private static final HexFormat HEX = HexFormat.of();

  /** Reads what {@link #toString} wrote; empty if a digit of it is wrong. */
  public static Optional<Head> parse(String text) {
    String lower = text.strip().toLowerCase(Locale.ROOT);
    if (!lower.matches("[0-9a-f]{32}-[0-9a-f]{4}")) {
      return Optional.empty();
    }
    Head head = new Head(HEX.parseHex(lower.substring(0, 32)));
    return head.toString().equals(lower) ? Optional.of(head) : Optional.empty();
  }

  @Override
  public String toString() {
    String digits = HEX.formatHex(tag);
    CRC32C check = new CRC32C();
    check.update(digits.getBytes(StandardCharsets.US_ASCII));
    return digits + "-" + HEX.toHexDigits((short) (check.getValue() & CHECK_MASK));
  }
}
