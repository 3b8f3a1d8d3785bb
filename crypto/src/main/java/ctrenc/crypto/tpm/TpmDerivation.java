package ctrenc.crypto.tpm;

import ctrenc.crypto.kdf.KeyedMac;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * How a TPM derives keys (TPM 2.0 Library, part 1, section 11.4.10), over SHA-256 and for at most
 * 32 bytes. Stateless.
 */
final class TpmDerivation {

  /** The number of the one block that is made. */
  private static final int FIRST = 1;

  private static final int HASH = 32;

  private TpmDerivation() {}

  /** KDFa, which is NIST SP 800-108 in counter mode; the caller wipes it. */
  static byte[] derive(KeyedMac key, String use, byte[] first, byte[] second, int length) {
    byte[] full =
        key.of(
            TpmWire.join(
                TpmWire.number(FIRST),
                label(use),
                first,
                second,
                TpmWire.number(length * Byte.SIZE)));
    byte[] result = Arrays.copyOf(full, length);
    Arrays.fill(full, (byte) 0);
    return result;
  }

  /** KDFe, of what two keys agreed on; 32 bytes, the caller wipes them. */
  static byte[] ofAgreed(byte[] agreed, String use, byte[] ephemeral, byte[] lasting) {
    MessageDigest digest = sha256();
    digest.update(TpmWire.number(FIRST));
    digest.update(agreed);
    digest.update(label(use));
    digest.update(ephemeral);
    digest.update(lasting);
    return digest.digest();
  }

  /** The name of an object: what its public area hashes to, behind the algorithm. */
  static byte[] name(byte[] publicArea) {
    return ByteBuffer.allocate(Short.BYTES + HASH)
        .putShort(StorageKey.SHA256)
        .put(sha256().digest(publicArea))
        .array();
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("the JDK lacks SHA-256", e);
    }
  }

  private static byte[] label(String use) {
    return (use + '\0').getBytes(StandardCharsets.US_ASCII);
  }
}
