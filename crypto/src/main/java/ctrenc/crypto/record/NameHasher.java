package ctrenc.crypto.record;

import ctrenc.crypto.kdf.KeyedMac;
import ctrenc.crypto.kdf.LayerKey;
import ctrenc.crypto.kdf.Purpose;
import ctrenc.crypto.secret.Secret;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Tokens under which a layer's directory entries lie: equal for equal parent and name, and without
 * the layer's key neither to be computed nor to be compared across directories or layers.
 * Thread-safe.
 *
 * <p>token = the first 16 bytes of HMAC-SHA256(name key, parent inode (8, big-endian) | name).
 */
public final class NameHasher implements AutoCloseable {

  public static final int TOKEN_LENGTH = 16;

  private static final int KEY_LENGTH = 32;

  private final Secret key;
  private final KeyedMac mac;

  private NameHasher(Secret key) {
    this.key = key;
    this.mac = new KeyedMac(KeyedMac.Hash.SHA256, key);
  }

  public static NameHasher of(LayerKey layer) {
    return new NameHasher(layer.derivation().deriveSecret(Purpose.NAME, new byte[0], KEY_LENGTH));
  }

  /** The token of a name in a directory, {@value #TOKEN_LENGTH} bytes. */
  public byte[] token(long parent, byte[] name) {
    return token(parent, name, 0, name.length);
  }

  /**
   * The same for {@code name[offset, offset + length)}.
   *
   * @throws ctrenc.crypto.secret.SecretClosedException after close
   */
  public byte[] token(long parent, byte[] name, int offset, int length) {
    byte[] head = ByteBuffer.allocate(Long.BYTES).putLong(parent).array();
    return Arrays.copyOf(mac.of(head, name, offset, length), TOKEN_LENGTH);
  }

  @Override
  public void close() {
    key.close();
  }
}
