package ctrenc.crypto.aead;

import ctrenc.crypto.TagMismatchException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-256-GCM (NIST SP 800-38D) with a nonce that the caller gives. Whoever seals twice under one
 * key and nonce has lost both messages and the key's authenticity, so only the packages {@code
 * extent}, {@code record} and {@code wrap} may use this; each makes its nonces from a counter, and
 * lets nobody choose one.
 *
 * <p>Over heap arrays, through the JDK's provider, which is fastest there. One instance serves one
 * thread; the same key again and again costs no new key schedule. It holds the last key's schedule
 * until {@link #forget} or the next key.
 */
public final class CallerNonceAesGcm {

  public static final int KEY_LENGTH = 32;
  public static final int NONCE_LENGTH = 12;
  public static final int TAG_LENGTH = 16;

  private static final int BLOCK_LENGTH = 16;
  private static final SecretKey DUMMY = new SecretKeySpec(new byte[KEY_LENGTH], "AES");

  private final Cipher cipher;
  private long forgotten;

  public CallerNonceAesGcm() {
    try {
      this.cipher = Cipher.getInstance("AES/GCM/NoPadding", "SunJCE");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK lacks AES-GCM", e);
    }
  }

  /**
   * Writes ciphertext and tag, {@code length + TAG_LENGTH} bytes, to {@code out} from {@code
   * outOffset}. {@code bound} is authenticated, not encrypted.
   */
  public void seal(
      SecretKey key,
      byte[] nonce,
      byte[] bound,
      byte[] in,
      int offset,
      int length,
      byte[] out,
      int outOffset) {
    try {
      cipher.init(Cipher.ENCRYPT_MODE, key, parameters(nonce));
      cipher.updateAAD(bound);
      cipher.doFinal(in, offset, length, out, outOffset);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM refuses to seal", e);
    }
  }

  /**
   * Opens {@code length} bytes of ciphertext and tag; writes {@code length - TAG_LENGTH} bytes of
   * plaintext to {@code out}.
   *
   * @throws TagMismatchException if they are not what was sealed under this key, nonce and bound
   *     data; nothing of them is then in {@code out}
   */
  public void open(
      SecretKey key,
      byte[] nonce,
      byte[] bound,
      byte[] in,
      int offset,
      int length,
      byte[] out,
      int outOffset)
      throws TagMismatchException {
    if (length < TAG_LENGTH) {
      throw new TagMismatchException("sealed bytes are shorter than their tag");
    }
    try {
      cipher.init(Cipher.DECRYPT_MODE, key, parameters(nonce));
      cipher.updateAAD(bound);
      cipher.doFinal(in, offset, length, out, outOffset);
    } catch (AEADBadTagException e) {
      throw new TagMismatchException(
          "the tag does not fit the sealed bytes and what they are bound to");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM refuses to open", e);
    }
  }

  /**
   * The tag alone of {@code in[offset, offset + length)}, written to {@code tag}; the ciphertext
   * passes through {@code scratch}, which has room for at least a block and a tag, piece by piece
   * and is left there.
   */
  public void tag(
      SecretKey key, byte[] nonce, byte[] in, int offset, int length, byte[] scratch, byte[] tag) {
    int room = scratch.length - TAG_LENGTH;
    int piece = room - room % BLOCK_LENGTH;
    try {
      cipher.init(Cipher.ENCRYPT_MODE, key, parameters(nonce));
      int done = 0;
      while (length - done > piece) {
        cipher.update(in, offset + done, piece, scratch, 0);
        done += piece;
      }
      int last = cipher.doFinal(in, offset + done, length - done, scratch, 0);
      System.arraycopy(scratch, last - TAG_LENGTH, tag, 0, TAG_LENGTH);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM refuses to seal", e);
    }
  }

  /**
   * Puts a dummy key over the last one: SunJCE erases its copies and key schedule when another key
   * comes.
   */
  public void forget() {
    // SunJCE refuses to encrypt under the key and nonce it has seen last, hence the count.
    byte[] nonce = ByteBuffer.allocate(NONCE_LENGTH).putLong(++forgotten).array();
    try {
      cipher.init(Cipher.ENCRYPT_MODE, DUMMY, parameters(nonce));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM refuses a key", e);
    }
  }

  private static GCMParameterSpec parameters(byte[] nonce) {
    return new GCMParameterSpec(TAG_LENGTH * Byte.SIZE, nonce);
  }
}
