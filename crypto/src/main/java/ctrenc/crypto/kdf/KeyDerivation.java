package ctrenc.crypto.kdf;

import ctrenc.crypto.secret.RawKeyAccess;
import ctrenc.crypto.secret.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;

/**
 * HKDF-SHA512 (RFC 5869) of one master key: extracted once, expanded per use. Thread-safe.
 *
 * <pre>
 * PRK  = HMAC-SHA512(salt = 64 zero bytes, master key)
 * info = length of label (1) | label "ctr-enc" | format version (1) | purpose (1) | owner UUID (16) | length of data (4) | data
 * OKM  = HMAC-SHA512(PRK, info | 0x01), cut to 1 to 64 bytes
 * </pre>
 *
 * <p>The JDK's own KDF class derives the same bytes (a test compares them), but it leaves unwiped
 * copies of the PRK on the heap and is slower; so the two steps are written here with HMAC alone.
 */
public final class KeyDerivation implements AutoCloseable {

  /** The most that one derivation gives, in bytes: one block of SHA-512. */
  public static final int MAX_OUTPUT = 64;

  static final byte FORMAT_VERSION = 1;

  private static final byte[] LABEL = "ctr-enc".getBytes(StandardCharsets.US_ASCII);
  private static final int DATA_OFFSET = 1 + LABEL.length + 1 + 1 + 2 * Long.BYTES + Integer.BYTES;
  private static final byte FIRST_BLOCK = 1;

  private final Secret prk;
  private final KeyedMac mac;
  private final UUID owner;

  private KeyDerivation(Secret prk, UUID owner) {
    this.prk = prk;
    this.mac = new KeyedMac(KeyedMac.Hash.SHA512, prk);
    this.owner = owner;
  }

  /** Extracts; {@code master} is only read, and stays the caller's. */
  public static KeyDerivation of(Secret master, UUID owner) {
    try (Secret salt = Secret.take(master.memory(), new byte[MAX_OUTPUT])) {
      KeyedMac extract = new KeyedMac(KeyedMac.Hash.SHA512, salt);
      byte[] prk = master.use(RawKeyAccess.grant(), extract::of);
      return new KeyDerivation(Secret.take(master.memory(), prk), owner);
    }
  }

  /**
   * The {@value #MAX_OUTPUT} bytes of this purpose and data; the same for the same, unrelated for
   * any other. The caller wipes them.
   *
   * @throws ctrenc.crypto.secret.SecretClosedException after close
   */
  public byte[] derive(Purpose purpose, byte[] data) {
    byte[] info =
        ByteBuffer.allocate(DATA_OFFSET + data.length + 1)
            .put((byte) LABEL.length)
            .put(LABEL)
            .put(FORMAT_VERSION)
            .put(purpose.code())
            .putLong(owner.getMostSignificantBits())
            .putLong(owner.getLeastSignificantBits())
            .putInt(data.length)
            .put(data)
            .put(FIRST_BLOCK)
            .array();
    return mac.of(info);
  }

  /** The first {@code length} bytes of the derivation as a secret. */
  public Secret deriveSecret(Purpose purpose, byte[] data, int length) {
    byte[] derived = derive(purpose, data);
    try {
      return Secret.take(prk.memory(), derived, 0, length);
    } finally {
      Arrays.fill(derived, (byte) 0);
    }
  }

  /** The public id of the master key. */
  public KeyId keyId() {
    byte[] derived = derive(Purpose.KEY_ID, new byte[0]);
    try {
      return KeyId.of(derived);
    } finally {
      Arrays.fill(derived, (byte) 0);
    }
  }

  @Override
  public void close() {
    prk.close();
  }
}
