package ctrenc.overlay.vfs;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The name of a directory entry or of an extended attribute: bytes, as Linux has them, in no
 * particular encoding. Immutable. Ordered as unsigned bytes.
 */
public final class Name implements Comparable<Name> {

  public static final int MAX_LENGTH = 255;
  public static final Name DOT = of(".");
  public static final Name DOT_DOT = of("..");

  private final byte[] bytes;

  private Name(byte[] bytes) {
    this.bytes = bytes;
  }

  public static Name of(String text) {
    return new Name(text.getBytes(StandardCharsets.UTF_8));
  }

  public static Name of(byte[] bytes) {
    return new Name(bytes.clone());
  }

  public static Name copyOf(byte[] bytes, int from, int to) {
    return new Name(Arrays.copyOfRange(bytes, from, to));
  }

  /** A copy of the bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  public void copyTo(byte[] target, int offset) {
    System.arraycopy(bytes, 0, target, offset, bytes.length);
  }

  public int length() {
    return bytes.length;
  }

  public byte at(int index) {
    return bytes[index];
  }

  public boolean startsWith(Name prefix) {
    return bytes.length >= prefix.bytes.length
        && Arrays.equals(bytes, 0, prefix.bytes.length, prefix.bytes, 0, prefix.bytes.length);
  }

  /** True for what an entry of a directory may be called; "." and ".." are not made or removed. */
  public boolean isForEntry() {
    for (byte one : bytes) {
      if (one == '/') {
        return false;
      }
    }
    return !equals(DOT) && !equals(DOT_DOT);
  }

  @Override
  public int compareTo(Name other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Name name && Arrays.equals(bytes, name.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** For messages to people; bytes that are no UTF-8 are replaced. */
  @Override
  public String toString() {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
