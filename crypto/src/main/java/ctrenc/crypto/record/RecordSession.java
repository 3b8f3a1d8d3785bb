package ctrenc.crypto.record;

import ctrenc.crypto.TagMismatchException;
import ctrenc.crypto.aead.CallerNonceAesGcm;
import ctrenc.crypto.kdf.KeyedMac;
import ctrenc.crypto.kdf.LayerKey;
import ctrenc.crypto.kdf.Purpose;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.RawKeyAccess;
import ctrenc.crypto.secret.ScratchPool;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.secret.SecretMemory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.SecretKey;

/**
 * Seals the private parts of metadata records while a layer is open once. Every opening starts a
 * session with a fresh salt, hence a fresh key, so a restored or cloned store never repeats a
 * nonce; what former sessions sealed is opened by resuming them from their salts. Thread-safe.
 *
 * <pre>
 * keys   = purpose RECORD, data = suite (1) | salt (32): AES key (32) | hedge key (32)
 * sealed = nonce (12) | ciphertext | tag (16)
 * nonce  = counter (6, big-endian) | first 6 bytes of
 *          HMAC-SHA256(hedge key, counter (8) | length of bound data (4) | bound data | plaintext)
 * </pre>
 *
 * <p>The counter alone keeps nonces apart within a session. The hedge keeps them apart between two
 * clones of a machine that go on with one session: they share key and counter, and GCM would give
 * both away if they sealed different records under one nonce.
 *
 * <p>Layer and session are bound by the key. The caller's bound data must hold the whole record key
 * and the record's public part. The ciphers of a session keep its key schedule on the heap until
 * {@link #close}.
 */
public final class RecordSession implements AutoCloseable {

  public static final int SALT_LENGTH = 32;

  /** By how many bytes the sealed form is longer. */
  public static final int OVERHEAD = CallerNonceAesGcm.NONCE_LENGTH + CallerNonceAesGcm.TAG_LENGTH;

  private static final byte SUITE_AES_256_GCM = 1;
  private static final int KEY_LENGTH = CallerNonceAesGcm.KEY_LENGTH;
  private static final int NONCE_LENGTH = CallerNonceAesGcm.NONCE_LENGTH;
  private static final int COUNTER_LENGTH = 6;
  // Out of reach: a million records a second for nine years.
  private static final long MAX_RECORDS = (1L << (COUNTER_LENGTH * Byte.SIZE)) - 1;
  private static final long OPENS_ONLY = -1;

  private final byte[] salt;
  private final Secret secret;
  private final Secret hedgeSecret;
  private final SecretKey key;
  private final KeyedMac hedge;
  private final AtomicLong counter;
  private final ScratchPool<CallerNonceAesGcm> ciphers = new ScratchPool<>(CallerNonceAesGcm::new);
  private volatile boolean closed;

  RecordSession(LayerKey layer, byte[] salt, long counter) {
    if (salt.length != SALT_LENGTH) {
      throw new IllegalArgumentException(
          "a session salt has " + SALT_LENGTH + " bytes, not " + salt.length);
    }
    this.salt = salt.clone();
    this.counter = new AtomicLong(counter);
    byte[] data = ByteBuffer.allocate(1 + SALT_LENGTH).put(SUITE_AES_256_GCM).put(salt).array();
    byte[] derived = layer.derivation().derive(Purpose.RECORD, data);
    SecretMemory memory = layer.master().memory();
    this.secret = Secret.take(memory, derived, 0, KEY_LENGTH);
    this.hedgeSecret = Secret.take(memory, derived, KEY_LENGTH, KEY_LENGTH);
    this.hedge = new KeyedMac(KeyedMac.Hash.SHA256, hedgeSecret);
    this.key = secret.asKey("AES", RawKeyAccess.grant());
  }

  /** A new session. The caller stores {@link #salt} before anything that was sealed. */
  public static RecordSession start(LayerKey layer, Entropy entropy) {
    byte[] salt = new byte[SALT_LENGTH];
    entropy.fill(salt);
    return new RecordSession(layer, salt, 0);
  }

  /** A former session; it opens, and never seals again. */
  public static RecordSession resume(LayerKey layer, byte[] salt) {
    return new RecordSession(layer, salt, OPENS_ONLY);
  }

  /** Public; identifies the session. */
  public byte[] salt() {
    return salt.clone();
  }

  /** Seals {@code plain}, bound to {@code bound}. */
  public byte[] seal(byte[] bound, byte[] plain) {
    byte[] sealed = new byte[plain.length + OVERHEAD];
    seal(bound, plain, 0, plain.length, sealed, 0);
    return sealed;
  }

  /**
   * Seals {@code plain[offset, offset + length)} into {@code length + OVERHEAD} bytes of {@code
   * out}.
   *
   * @throws SessionExhaustedException when the counter is used up
   * @throws IllegalStateException if this session was resumed
   * @throws ctrenc.crypto.secret.SecretClosedException after close
   */
  public void seal(byte[] bound, byte[] plain, int offset, int length, byte[] out, int outOffset) {
    byte[] nonce = nonce(nextCounter(), bound, plain, offset, length);
    CallerNonceAesGcm cipher = ciphers.take();
    try {
      cipher.seal(key, nonce, bound, plain, offset, length, out, outOffset + NONCE_LENGTH);
    } finally {
      give(cipher);
    }
    System.arraycopy(nonce, 0, out, outOffset, NONCE_LENGTH);
  }

  /**
   * Opens what {@link #seal} of this session gave, if {@code bound} is the same.
   *
   * @throws TagMismatchException if anything of it differs
   */
  public byte[] open(byte[] bound, byte[] sealed) throws TagMismatchException {
    if (sealed.length < OVERHEAD) {
      throw new TagMismatchException("sealed bytes are shorter than their tag");
    }
    byte[] plain = new byte[sealed.length - OVERHEAD];
    open(bound, sealed, 0, sealed.length, plain, 0);
    return plain;
  }

  /**
   * Opens {@code sealed[offset, offset + length)} into {@code length - OVERHEAD} bytes of {@code
   * out}.
   *
   * @throws TagMismatchException if it is not what was sealed; {@code out} then holds nothing of it
   * @throws ctrenc.crypto.secret.SecretClosedException after close
   */
  public void open(byte[] bound, byte[] sealed, int offset, int length, byte[] out, int outOffset)
      throws TagMismatchException {
    if (length < OVERHEAD) {
      throw new TagMismatchException("sealed bytes are shorter than their tag");
    }
    byte[] nonce = Arrays.copyOfRange(sealed, offset, offset + NONCE_LENGTH);
    CallerNonceAesGcm cipher = ciphers.take();
    try {
      cipher.open(
          key, nonce, bound, sealed, offset + NONCE_LENGTH, length - NONCE_LENGTH, out, outOffset);
    } finally {
      give(cipher);
    }
  }

  /** Wipes the session's key, and its schedule from the ciphers. */
  @Override
  public void close() {
    closed = true;
    secret.close();
    hedgeSecret.close();
    ciphers.drain(CallerNonceAesGcm::forget);
  }

  private long nextCounter() {
    long previous =
        counter.getAndUpdate(last -> last == OPENS_ONLY || last >= MAX_RECORDS ? last : last + 1);
    if (previous == OPENS_ONLY) {
      throw new IllegalStateException("a resumed session seals nothing");
    }
    if (previous >= MAX_RECORDS) {
      throw new SessionExhaustedException();
    }
    return previous + 1;
  }

  private void give(CallerNonceAesGcm cipher) {
    ciphers.give(cipher, CallerNonceAesGcm::forget);
    if (closed) {
      ciphers.drain(CallerNonceAesGcm::forget);
    }
  }

  private byte[] nonce(long counter, byte[] bound, byte[] plain, int offset, int length) {
    byte[] head =
        ByteBuffer.allocate(Long.BYTES + Integer.BYTES + bound.length)
            .putLong(counter)
            .putInt(bound.length)
            .put(bound)
            .array();
    byte[] mixed = hedge.of(head, plain, offset, length);
    return ByteBuffer.allocate(NONCE_LENGTH)
        .put(head, Long.BYTES - COUNTER_LENGTH, COUNTER_LENGTH)
        .put(mixed, 0, NONCE_LENGTH - COUNTER_LENGTH)
        .array();
  }
}
