package ctrenc.crypto.extent;

import ctrenc.crypto.aead.CallerNonceAesGcm;
import ctrenc.crypto.kdf.KeyedMac;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.RawKeyAccess;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.secret.SecretMemory;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.SecretKey;

/**
 * Makes extent nonces that differ even where the system's generator repeats itself, as in a cloned
 * virtual machine: two clones that seal different plaintexts get different nonces, hence different
 * extent keys. One per process, shared by all sealers. Thread-safe.
 *
 * <pre>
 * digest = GCM tag of the plaintext under the digest key, nonce = count
 * nonce  = HMAC-SHA256(mix key, random (32) | count (8) | digest (16))
 * </pre>
 *
 * <p>Both keys are random, made at start, and end with the process. The tag is a polynomial hash at
 * a secret point: two plaintexts of up to 1 MiB collide with a chance below 2^-111, whatever they
 * are. It is never shown: what leaves is its HMAC.
 */
public final class NonceHedge implements AutoCloseable {

  private final Entropy entropy;
  private final Secret digestKey;
  private final Secret mixKey;
  private final SecretKey digestCipherKey;
  private final KeyedMac mix;
  private final AtomicLong count = new AtomicLong();

  private NonceHedge(SecretMemory memory, Entropy entropy) {
    this.entropy = entropy;
    this.digestKey = Secret.random(memory, entropy, CallerNonceAesGcm.KEY_LENGTH);
    this.mixKey = Secret.random(memory, entropy, CallerNonceAesGcm.KEY_LENGTH);
    this.digestCipherKey = digestKey.asKey("AES", RawKeyAccess.grant());
    this.mix = new KeyedMac(KeyedMac.Hash.SHA256, mixKey);
  }

  /** To be called once per process. */
  public static NonceHedge start(SecretMemory memory, Entropy entropy) {
    return new NonceHedge(memory, entropy);
  }

  /**
   * A fresh nonce for this plaintext. {@code cipher} and {@code scratch}, a chunk and a tag long,
   * are the calling thread's.
   */
  byte[] nonce(byte[] plain, int offset, int length, CallerNonceAesGcm cipher, byte[] scratch) {
    long number = count.incrementAndGet();
    byte[] cipherNonce =
        ByteBuffer.allocate(CallerNonceAesGcm.NONCE_LENGTH).putLong(number).array();
    byte[] digest = new byte[CallerNonceAesGcm.TAG_LENGTH];
    cipher.tag(digestCipherKey, cipherNonce, plain, offset, length, scratch, digest);
    byte[] random = new byte[ExtentFormat.NONCE];
    entropy.fill(random);
    byte[] message =
        ByteBuffer.allocate(random.length + Long.BYTES + digest.length)
            .put(random)
            .putLong(number)
            .put(digest)
            .array();
    return mix.of(message);
  }

  @Override
  public void close() {
    digestKey.close();
    mixKey.close();
  }
}
