package ctrenc.daemon.mounts;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What this process sees mounted: proc_pid_mountinfo(5). */
public final class MountTable {

  private static final int DEVICE = 2;
  private static final int TARGET = 4;
  private static final int OPTIONAL_FIELDS = 6;

  /** {@code device} is major:minor; a FUSE connection's number is the minor. */
  public record Entry(String device, String target, String type, String source) {

    public long minor() {
      return Long.parseLong(device.substring(device.indexOf(':') + 1));
    }

    public boolean isFuse() {
      return type.equals("fuse") || type.startsWith("fuse.");
    }
  }

  private MountTable() {}

  public static List<Entry> read() throws IOException {
    List<Entry> entries = new ArrayList<>();
    // Names are bytes: Latin-1 keeps each of them, whatever it is.
    for (String line :
        Files.readAllLines(Path.of("/proc/self/mountinfo"), StandardCharsets.ISO_8859_1)) {
      parse(line).ifPresent(entries::add);
    }
    return entries;
  }

  static Optional<Entry> parse(String line) {
    String[] fields = line.split(" ");
    int separator = OPTIONAL_FIELDS;
    while (separator < fields.length && !fields[separator].equals("-")) {
      separator++;
    }
    if (separator + 2 >= fields.length) {
      return Optional.empty();
    }
    return Optional.of(
        new Entry(
            fields[DEVICE],
            unescape(fields[TARGET]),
            fields[separator + 1],
            unescape(fields[separator + 2])));
  }

  /** The kernel writes blank, tab, newline and backslash as a backslash and three octal digits. */
  private static String unescape(String field) {
    ByteBuffer bytes = ByteBuffer.allocate(field.length());
    for (int i = 0; i < field.length(); i++) {
      if (field.charAt(i) == '\\' && i + 3 < field.length()) {
        bytes.put((byte) Integer.parseInt(field.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        bytes.put((byte) field.charAt(i));
      }
    }
    return new String(bytes.array(), 0, bytes.position(), StandardCharsets.ISO_8859_1);
  }
}
