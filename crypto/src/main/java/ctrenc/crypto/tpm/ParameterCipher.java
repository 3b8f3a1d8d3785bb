package ctrenc.crypto.tpm;

import ctrenc.crypto.kdf.KeyedMac;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.RawKeyAccess;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.secret.SecretMemory;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;

/**
 * Encrypts the parameter of a session's command or answer in place, with AES-128-CFB under a key
 * and an initial vector that the session's key and both nonces give for this one message (TPM 2.0
 * Library, part 1, section 21.3). CFB proves nothing; the session's HMAC does. Stateless.
 */
final class ParameterCipher {

  private static final int KEY = 16;
  private static final int VECTOR = 16;
  private static final String AES = "AES";

  private ParameterCipher() {}

  /**
   * @param newer of the two nonces, that of who speaks now
   * @param parameters begin with the length (2) of what is encrypted; the position stays
   */
  static void encrypt(
      KeyedMac session, SecretMemory memory, byte[] newer, byte[] older, ByteBuffer parameters) {
    change(Cipher.ENCRYPT_MODE, session, memory, newer, older, parameters);
  }

  static void decrypt(
      KeyedMac session, SecretMemory memory, byte[] newer, byte[] older, ByteBuffer parameters) {
    change(Cipher.DECRYPT_MODE, session, memory, newer, older, parameters);
  }

  private static void change(
      int mode,
      KeyedMac session,
      SecretMemory memory,
      byte[] newer,
      byte[] older,
      ByteBuffer parameters) {
    byte[] derived = TpmDerivation.derive(session, "CFB", newer, older, KEY + VECTOR);
    IvParameterSpec vector = new IvParameterSpec(derived, KEY, VECTOR);
    int length = Short.toUnsignedInt(parameters.getShort(parameters.position()));
    int at = parameters.arrayOffset() + parameters.position() + Short.BYTES;
    byte[] changed = new byte[0];
    try (Secret key = Secret.take(memory, derived, 0, KEY);
        Secret nobodys = Secret.random(memory, Entropy.system(), KEY)) {
      Cipher cipher = Cipher.getInstance("AES/CFB/NoPadding");
      cipher.init(mode, key.asKey(AES, RawKeyAccess.grant()), vector);
      changed = cipher.doFinal(parameters.array(), at, length);
      // The cipher keeps a key until it is given another one.
      cipher.init(mode, nobodys.asKey(AES, RawKeyAccess.grant()), vector);
      System.arraycopy(changed, 0, parameters.array(), at, length);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK refuses AES in CFB mode", e);
    } finally {
      Arrays.fill(changed, (byte) 0);
      Arrays.fill(derived, (byte) 0);
    }
  }
}
