package ctrenc.daemon.image;

import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.sys.TimeSpec;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * The extended records of a member (POSIX.1-2001 pax: {@code LENGTH KEY=VALUE\n}), in their order.
 * Keys are kept as Latin-1, values as bytes: extended attributes are neither text nor free of
 * zeros.
 */
final class PaxRecords {

  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  private record Entry(String key, byte[] value) {}

  private static final String SCHILY = "SCHILY.xattr.";
  private static final String LIBARCHIVE = "LIBARCHIVE.xattr.";
  private static final int LONGEST_LENGTH = 8;

  private final List<Entry> entries;

  private PaxRecords(List<Entry> entries) {
    this.entries = entries;
  }

  static PaxRecords none() {
    return new PaxRecords(new ArrayList<>());
  }

  static PaxRecords parse(byte[] body) throws RefusedException {
    List<Entry> entries = new ArrayList<>();
    int at = 0;
    while (at < body.length && body[at] != 0) {
      int blank = indexOf(body, ' ', at);
      int length = length(body, at, blank);
      int end = at + length;
      int equals = indexOf(body, '=', blank);
      if (end > body.length || equals < 0 || equals >= end || body[end - 1] != '\n') {
        throw damaged();
      }
      String key = new String(body, blank + 1, equals - blank - 1, StandardCharsets.ISO_8859_1);
      entries.add(new Entry(key, Arrays.copyOfRange(body, equals + 1, end - 1)));
      at = end;
    }
    return new PaxRecords(entries);
  }

  private static int length(byte[] body, int from, int blank) throws RefusedException {
    if (blank <= from || blank - from > LONGEST_LENGTH) {
      throw damaged();
    }
    int length = 0;
    for (int i = from; i < blank; i++) {
      if (body[i] < '0' || body[i] > '9') {
        throw damaged();
      }
      length = length * 10 + body[i] - '0';
    }
    if (length <= blank - from + 2) {
      throw damaged();
    }
    return length;
  }

  private static int indexOf(byte[] body, char wanted, int from) {
    for (int i = Math.max(0, from); i < body.length; i++) {
      if (body[i] == wanted) {
        return i;
      }
    }
    return -1;
  }

  private static RefusedException damaged() {
    return RefusedException.invalid("The archive is damaged: an extended header does not parse.");
  }

  /** These records over those of {@code global}; an empty value takes a global one back. */
  PaxRecords over(PaxRecords global) {
    List<Entry> merged = new ArrayList<>(global.entries);
    for (Entry entry : entries) {
      merged.removeIf(other -> !isRepeatable(other.key()) && other.key().equals(entry.key()));
      merged.add(entry);
    }
    return new PaxRecords(merged);
  }

  private static boolean isRepeatable(String key) {
    return key.equals("GNU.sparse.offset") || key.equals("GNU.sparse.numbytes");
  }

  /** The last value of a key; absent where it is empty. */
  Optional<byte[]> bytes(String key) {
    return entries.reversed().stream()
        .filter(entry -> entry.key().equals(key))
        .findFirst()
        .map(Entry::value)
        .filter(value -> value.length > 0);
  }

  Optional<String> text(String key) {
    return bytes(key).map(value -> new String(value, StandardCharsets.ISO_8859_1));
  }

  Optional<Long> number(String key) throws RefusedException {
    Optional<String> text = text(key);
    return text.isPresent() ? Optional.of(number(text.get(), key)) : Optional.empty();
  }

  private static long number(String text, String key) throws RefusedException {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException _) {
      throw RefusedException.invalid(
          "The archive is damaged: the record " + key + " is no number.");
    }
  }

  /** Every value of a key that may come more than once. */
  List<Long> numbers(String key) throws RefusedException {
    List<Long> numbers = new ArrayList<>();
    for (Entry entry : entries) {
      if (entry.key().equals(key)) {
        numbers.add(number(new String(entry.value(), StandardCharsets.ISO_8859_1), key));
      }
    }
    return numbers;
  }

  /** Seconds with a fraction, possibly before 1970. */
  Optional<TimeSpec> time(String key) throws RefusedException {
    Optional<String> text = text(key);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      BigDecimal value = new BigDecimal(text.get());
      BigDecimal seconds = value.setScale(0, RoundingMode.FLOOR);
      int nanos = value.subtract(seconds).movePointRight(9).intValue();
      return Optional.of(new TimeSpec(seconds.longValueExact(), nanos));
    } catch (ArithmeticException | NumberFormatException _) {
      throw RefusedException.invalid("The archive is damaged: the record " + key + " is no time.");
    }
  }

  /** The extended attributes, as star and GNU tar write them, and as libarchive does. */
  List<TarMember.Attribute> attributes() throws RefusedException {
    List<TarMember.Attribute> attributes = new ArrayList<>();
    for (Entry entry : entries) {
      if (entry.key().startsWith(SCHILY)) {
        byte[] name = entry.key().substring(SCHILY.length()).getBytes(StandardCharsets.ISO_8859_1);
        attributes.add(new TarMember.Attribute(name, entry.value()));
      } else if (entry.key().startsWith(LIBARCHIVE) && isNew(attributes, entry)) {
        attributes.add(libarchive(entry));
      }
    }
    return attributes;
  }

  private static String libarchiveName(Entry entry) {
    return URLDecoder.decode(
        entry.key().substring(LIBARCHIVE.length()).replace("+", "%2B"),
        StandardCharsets.ISO_8859_1);
  }

  /** libarchive may write both forms of one attribute. */
  private static boolean isNew(List<TarMember.Attribute> attributes, Entry entry) {
    byte[] name = libarchiveName(entry).getBytes(StandardCharsets.ISO_8859_1);
    return attributes.stream().noneMatch(other -> Arrays.equals(other.name(), name));
  }

  private static TarMember.Attribute libarchive(Entry entry) throws RefusedException {
    try {
      return new TarMember.Attribute(
          libarchiveName(entry).getBytes(StandardCharsets.ISO_8859_1),
          Base64.getDecoder().decode(entry.value()));
    } catch (IllegalArgumentException _) {
      throw damaged();
    }
  }
}
