package ctrenc.daemon.image;

import ctrenc.daemon.refusal.RefusedException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The path of a member, taken apart and found harmless: relative, without {@code ..}, no part
 * longer than Linux takes. Empty for the root itself. {@code parent} is joined by slashes.
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
record MemberPath(byte[] parent, byte[] name) {

  private static final int MAX_NAME = 255;
  private static final int MAX_PATH = 4095;

  static MemberPath of(byte[] path, String what) throws RefusedException {
    if (path.length > 0 && path[0] == '/') {
      throw refused(path, what, "is absolute");
    }
    if (path.length > MAX_PATH) {
      throw refused(path, what, "is longer than " + MAX_PATH + " bytes");
    }
    List<byte[]> parts = new ArrayList<>();
    int from = 0;
    for (int i = 0; i <= path.length; i++) {
      if (i == path.length || path[i] == '/') {
        add(parts, path, Arrays.copyOfRange(path, from, i), what);
        from = i + 1;
      }
    }
    if (parts.isEmpty()) {
      return new MemberPath(new byte[0], new byte[0]);
    }
    return new MemberPath(join(parts.subList(0, parts.size() - 1)), parts.getLast());
  }

  private static void add(List<byte[]> parts, byte[] path, byte[] part, String what)
      throws RefusedException {
    boolean isDot = part.length == 1 && part[0] == '.';
    if (part.length == 0 || isDot) {
      return;
    }
    if (part.length == 2 && part[0] == '.' && part[1] == '.') {
      throw refused(path, what, "leads out of the tree by \"..\"");
    }
    if (part.length > MAX_NAME) {
      throw refused(path, what, "has a part longer than " + MAX_NAME + " bytes");
    }
    for (byte b : part) {
      if (b == 0) {
        throw refused(path, what, "holds a zero byte");
      }
    }
    parts.add(part);
  }

  private static RefusedException refused(byte[] path, String what, String why) {
    String shown = new String(path, 0, Math.min(path.length, 200), StandardCharsets.UTF_8);
    return RefusedException.invalid(
        "The " + what + " " + shown + " " + why + ": the archive is not unpacked.");
  }

  private static byte[] join(List<byte[]> parts) {
    int length = parts.stream().mapToInt(part -> part.length + 1).sum();
    byte[] joined = new byte[Math.max(0, length - 1)];
    int at = 0;
    for (byte[] part : parts) {
      if (at > 0) {
        joined[at++] = '/';
      }
      System.arraycopy(part, 0, joined, at, part.length);
      at += part.length;
    }
    return joined;
  }

  boolean isRoot() {
    return name.length == 0;
  }

  /** Parent and name, joined. */
  byte[] whole() {
    return parent.length == 0 ? name : join(List.of(parent, name));
  }
}
