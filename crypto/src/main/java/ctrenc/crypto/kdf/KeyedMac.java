package ctrenc.crypto.kdf;

import ctrenc.crypto.secret.RawKeyAccess;
import ctrenc.crypto.secret.ScratchPool;
import ctrenc.crypto.secret.Secret;
import java.security.DigestException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * HMAC (RFC 2104) under a secret that is no longer than a block of the hash. Thread-safe; allocates
 * its result alone. The key is the caller's to close.
 *
 * <p>Written over the JDK's digest instead of its Mac, because a Mac keeps the padded key on the
 * heap from call to call. Here the pad lives for one call in an array that is wiped, and the
 * digest's state is reset; and a call costs half.
 */
public final class KeyedMac {

  /** The hash inside. */
  public enum Hash {
    SHA256("SHA-256", 64, 32),
    SHA512("SHA-512", 128, 64);

    private final String algorithm;
    private final int block;
    private final int output;

    Hash(String algorithm, int block, int output) {
      this.algorithm = algorithm;
      this.block = block;
      this.output = output;
    }
  }

  private static final byte INNER = 0x36;
  private static final byte INNER_TO_OUTER = 0x36 ^ 0x5C;
  private static final byte[] NOTHING = {};

  /** What one call needs. */
  private record Scratch(MessageDigest digest, byte[] pad, byte[] inner) {}

  private final Secret key;
  private final ScratchPool<Scratch> scratches;

  public KeyedMac(Hash hash, Secret key) {
    if (key.length() > hash.block) {
      throw new IllegalArgumentException("an HMAC key of more than a block: " + key);
    }
    this.key = key;
    this.scratches = new ScratchPool<>(() -> newScratch(hash));
  }

  /**
   * The MAC of {@code message}.
   *
   * @throws ctrenc.crypto.secret.SecretClosedException if the key has been wiped
   */
  public byte[] of(byte[] message) {
    return of(message, NOTHING, 0, 0);
  }

  /**
   * The MAC of {@code head} followed by {@code body[offset, offset + length)}. Where it serves as a
   * key, the caller wipes it.
   */
  public byte[] of(byte[] head, byte[] body, int offset, int length) {
    Scratch scratch = scratches.take();
    try {
      return hash(scratch, head, body, offset, length);
    } catch (DigestException e) {
      throw new IllegalStateException("the JDK's digest has another length than its standard", e);
    } finally {
      Arrays.fill(scratch.pad, (byte) 0);
      Arrays.fill(scratch.inner, (byte) 0);
      scratch.digest.reset();
      scratches.give(scratch, surplus -> {});
    }
  }

  private byte[] hash(Scratch scratch, byte[] head, byte[] body, int offset, int length)
      throws DigestException {
    MessageDigest digest = scratch.digest;
    byte[] pad = scratch.pad;
    key.copyTo(pad, 0, RawKeyAccess.grant());
    mask(pad, INNER);
    digest.update(pad);
    digest.update(head);
    digest.update(body, offset, length);
    digest.digest(scratch.inner, 0, scratch.inner.length);
    mask(pad, INNER_TO_OUTER);
    digest.update(pad);
    digest.update(scratch.inner);
    return digest.digest();
  }

  private static void mask(byte[] pad, byte with) {
    for (int i = 0; i < pad.length; i++) {
      pad[i] ^= with;
    }
  }

  private static Scratch newScratch(Hash hash) {
    try {
      MessageDigest digest = MessageDigest.getInstance(hash.algorithm, "SUN");
      return new Scratch(digest, new byte[hash.block], new byte[hash.output]);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK lacks " + hash.algorithm, e);
    }
  }
}
