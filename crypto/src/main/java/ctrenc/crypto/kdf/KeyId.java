package ctrenc.crypto.kdf;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * The public name of a key, 16 bytes derived from it: equal for equal keys of the same owner, and
 * no help in finding the key.
 */
public record KeyId(long high, long low) {

  public static final int LENGTH = 16;

  /** From the first {@value #LENGTH} bytes. */
  public static KeyId of(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return new KeyId(buffer.getLong(), buffer.getLong());
  }

  public byte[] bytes() {
    return ByteBuffer.allocate(LENGTH).putLong(high).putLong(low).array();
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes());
  }
}
