package ctrenc.crypto.protector;

import ctrenc.crypto.MalformedException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Recipients' keys as files: two PEM blocks (RFC 7468), the key for X25519 (RFC 8410) and then the
 * one for ML-KEM-768 (FIPS 203), public or private.
 */
final class RecipientKeys {

  static final String CLASSICAL = "X25519";
  static final String POST_QUANTUM = "ML-KEM-768";

  private static final int MAX_FILE = 64 << 10;

  /** The two public keys of a recipient. */
  record Public(PublicKey classical, PublicKey postQuantum) {}

  /** The two private keys of a recipient. */
  record Private(PrivateKey classical, PrivateKey postQuantum) {}

  private RecipientKeys() {}

  static Public readPublic(byte[] pem) throws MalformedException {
    try {
      byte[][] blocks = blocks(pem, "PUBLIC KEY");
      return new Public(
          factory(CLASSICAL).generatePublic(new X509EncodedKeySpec(blocks[0])),
          factory(POST_QUANTUM).generatePublic(new X509EncodedKeySpec(blocks[1])));
    } catch (GeneralSecurityException e) {
      throw new MalformedException("this is no recipient's public key");
    }
  }

  static Private readPrivate(byte[] pem) throws MalformedException {
    try {
      byte[][] blocks = blocks(pem, "PRIVATE KEY");
      return new Private(
          factory(CLASSICAL).generatePrivate(new PKCS8EncodedKeySpec(blocks[0])),
          factory(POST_QUANTUM).generatePrivate(new PKCS8EncodedKeySpec(blocks[1])));
    } catch (GeneralSecurityException e) {
      throw new MalformedException("this is no recipient's private key");
    }
  }

  private static KeyFactory factory(String algorithm) throws NoSuchAlgorithmException {
    return KeyFactory.getInstance(algorithm);
  }

  private static byte[][] blocks(byte[] pem, String label) throws MalformedException {
    if (pem.length > MAX_FILE) {
      throw new MalformedException("a recipient's key file is no longer than 64 KiB");
    }
    Pattern block =
        Pattern.compile(
            "-----BEGIN " + label + "-----([A-Za-z0-9+/=\\s]*)-----END " + label + "-----");
    Matcher matcher = block.matcher(new String(pem, StandardCharsets.ISO_8859_1));
    byte[][] found = new byte[2][];
    for (int i = 0; i < found.length; i++) {
      if (!matcher.find()) {
        throw new MalformedException(
            "a recipient's key file holds two blocks " + label + ": X25519 and ML-KEM-768");
      }
      try {
        found[i] = Base64.getMimeDecoder().decode(matcher.group(1));
      } catch (IllegalArgumentException e) {
        throw new MalformedException("a block of the recipient's key file is no base 64");
      }
    }
    return found;
  }
}
