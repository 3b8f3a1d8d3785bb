package ctrenc.crypto.kdf;

import ctrenc.crypto.secret.RawKeyAccess;
import ctrenc.crypto.secret.ScratchPool;
import ctrenc.crypto.secret.Secret;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * HMAC under a secret. Thread-safe; allocates the result and what the JDK needs for the key.
 * Between calls no key material is left in the JDK's objects: each call brings the key in and puts
 * a dummy over it. The key is the caller's to close.
 */
public final class KeyedMac {

  /** The hash inside. */
  public enum Hash {
    SHA256("HmacSHA256"),
    SHA512("HmacSHA512");

    private final String algorithm;

    Hash(String algorithm) {
      this.algorithm = algorithm;
    }
  }

  private static final SecretKey DUMMY = new SecretKeySpec(new byte[32], "HMAC");
  private static final byte[] NOTHING = {};

  private final SecretKey key;
  private final ScratchPool<Mac> macs;

  public KeyedMac(Hash hash, Secret key) {
    this.key = key.asKey("HMAC", RawKeyAccess.grant());
    this.macs = new ScratchPool<>(() -> newMac(hash));
  }

  /** The MAC of {@code message}. */
  public byte[] of(byte[] message) {
    return of(message, NOTHING, 0, 0);
  }

  /**
   * The MAC of {@code head} followed by {@code body[offset, offset + length)}. Where it serves as a
   * key, the caller wipes it.
   */
  public byte[] of(byte[] head, byte[] body, int offset, int length) {
    Mac mac = macs.take();
    try {
      mac.init(key);
      mac.update(head);
      mac.update(body, offset, length);
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK refuses an HMAC key", e);
    } finally {
      scrub(mac);
      macs.give(mac, surplus -> {});
    }
  }

  /** Overwrites the pads, and the hash state, which still holds the last result. */
  private static void scrub(Mac mac) {
    try {
      mac.init(DUMMY);
      mac.update((byte) 0);
      mac.reset();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK refuses an HMAC key", e);
    }
  }

  private static Mac newMac(Hash hash) {
    try {
      return Mac.getInstance(hash.algorithm, "SunJCE");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK lacks " + hash.algorithm, e);
    }
  }
}
