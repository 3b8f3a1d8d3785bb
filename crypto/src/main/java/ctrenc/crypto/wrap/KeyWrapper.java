package ctrenc.crypto.wrap;

import ctrenc.crypto.CommitmentMismatchException;
import ctrenc.crypto.CryptoException;
import ctrenc.crypto.MalformedException;
import ctrenc.crypto.TagMismatchException;
import ctrenc.crypto.UnsupportedVersionException;
import ctrenc.crypto.WrongKeyException;
import ctrenc.crypto.aead.CallerNonceAesGcm;
import ctrenc.crypto.kdf.LayerKey;
import ctrenc.crypto.kdf.Purpose;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.RawKeyAccess;
import ctrenc.crypto.secret.Secret;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.UUID;
import javax.crypto.SecretKey;

/**
 * Wraps keys under a KEK, and unwraps them. Each wrapping has a key of its own, derived from the
 * KEK with a fresh nonce, and commits to it, so no wrapped key opens under two KEKs. Thread-safe.
 *
 * <p>Bound: kind, the UUID of what is wrapped, the wrapping subvolume's UUID (by the derivation),
 * and a context of the caller. The layout is {@link WrappedKey}'s.
 *
 * <pre>
 * 64 bytes of purpose WRAP under the KEK, data = kind (1) | subject UUID (16) | nonce (32): AES key (32) | commitment (32)
 * bound data = everything in the record before the ciphertext | context
 * </pre>
 */
public final class KeyWrapper {

  // The key is fresh for each wrapping and seals once.
  private static final byte[] NO_NONCE = new byte[CallerNonceAesGcm.NONCE_LENGTH];

  private final Entropy entropy;

  public KeyWrapper(Entropy entropy) {
    this.entropy = entropy;
  }

  /** Wraps a layer's key under the KEK of a subvolume. */
  public byte[] wrap(Kek kek, LayerKey key) {
    return wrap(kek, WrapKind.LAYER_KEY, key.layer(), new byte[0], key.master());
  }

  /** Wraps the KEK of a nested subvolume under its parent's. */
  public byte[] wrap(Kek parent, Kek nested) {
    return wrap(parent, WrapKind.NESTED_KEK, nested.subvolume(), new byte[0], nested.secret());
  }

  /**
   * Unwraps the key of a layer.
   *
   * @throws WrongKeyException if it was wrapped under another KEK
   * @throws MalformedException if it is damaged
   * @throws TagMismatchException or {@link CommitmentMismatchException} if it is forged or another
   *     layer's
   * @throws UnsupportedVersionException if a newer release wrote it
   */
  public static LayerKey unwrapLayerKey(Kek kek, UUID layer, byte[] wrapped)
      throws CryptoException {
    return LayerKey.of(unwrap(kek, WrapKind.LAYER_KEY, layer, new byte[0], wrapped), layer);
  }

  /** Unwraps the KEK of a nested subvolume; it fails as {@link #unwrapLayerKey} does. */
  public static Kek unwrapNestedKek(Kek parent, UUID nested, byte[] wrapped)
      throws CryptoException {
    return Kek.of(unwrap(parent, WrapKind.NESTED_KEK, nested, new byte[0], wrapped), nested);
  }

  /**
   * Proves without any key that the wrapped KEK of a nested subvolume is whole.
   *
   * @throws MalformedException if it is damaged
   * @throws UnsupportedVersionException if a newer release wrote it
   */
  public static void requireWholeNestedKek(byte[] wrapped)
      throws MalformedException, UnsupportedVersionException {
    WrappedKey.decode(wrapped, WrapKind.NESTED_KEK);
  }

  /** Wraps a key of 32 bytes that belongs to {@code subject}; it stays the caller's. */
  public byte[] wrap(Kek kek, WrapKind kind, UUID subject, byte[] context, Secret key) {
    if (key.length() != WrappedKey.KEY) {
      throw new IllegalArgumentException(
          "a wrapped key has " + WrappedKey.KEY + " bytes, not " + key.length());
    }
    byte[] nonce = new byte[WrappedKey.NONCE];
    entropy.fill(nonce);
    byte[] derived = derive(kek, kind, subject, nonce);
    byte[] commitment = Arrays.copyOfRange(derived, CallerNonceAesGcm.KEY_LENGTH, derived.length);
    byte[] head = WrappedKey.head(kind, kek.keyId(), nonce, commitment);
    byte[] sealed = new byte[WrappedKey.SEALED];
    byte[] bound = bound(head, context);
    CallerNonceAesGcm cipher = new CallerNonceAesGcm();
    byte[] transientKey = new byte[WrappedKey.KEY];
    try (Secret wrapping =
        Secret.take(kek.secret().memory(), derived, 0, CallerNonceAesGcm.KEY_LENGTH)) {
      key.copyTo(transientKey, 0, RawKeyAccess.grant());
      SecretKey cipherKey = wrapping.asKey("AES", RawKeyAccess.grant());
      cipher.seal(cipherKey, NO_NONCE, bound, transientKey, 0, transientKey.length, sealed, 0);
    } finally {
      Arrays.fill(transientKey, (byte) 0);
      cipher.forget();
    }
    return WrappedKey.encode(head, sealed);
  }

  /**
   * Unwraps what {@link #wrap(Kek, WrapKind, UUID, byte[], Secret)} gave for the same kind, subject
   * and context.
   */
  public static Secret unwrap(Kek kek, WrapKind kind, UUID subject, byte[] context, byte[] wrapped)
      throws CryptoException {
    WrappedKey record = WrappedKey.decode(wrapped, kind);
    if (!record.kekId().equals(kek.keyId())) {
      throw new WrongKeyException("the key was wrapped under another KEK");
    }
    byte[] derived = derive(kek, kind, subject, record.nonce());
    byte[] commitment = Arrays.copyOfRange(derived, CallerNonceAesGcm.KEY_LENGTH, derived.length);
    try (Secret wrapping =
        Secret.take(kek.secret().memory(), derived, 0, CallerNonceAesGcm.KEY_LENGTH)) {
      if (!MessageDigest.isEqual(commitment, record.commitment())) {
        throw new CommitmentMismatchException(
            "the wrapped key is forged, or belongs to something else");
      }
      return open(wrapping, record, context);
    }
  }

  private static Secret open(Secret wrapping, WrappedKey record, byte[] context)
      throws TagMismatchException {
    byte[] key = new byte[WrappedKey.KEY];
    byte[] bound = bound(record.head(), context);
    SecretKey cipherKey = wrapping.asKey("AES", RawKeyAccess.grant());
    CallerNonceAesGcm cipher = new CallerNonceAesGcm();
    try {
      cipher.open(cipherKey, NO_NONCE, bound, record.sealed(), 0, WrappedKey.SEALED, key, 0);
      return Secret.take(wrapping.memory(), key);
    } finally {
      cipher.forget();
    }
  }

  private static byte[] derive(Kek kek, WrapKind kind, UUID subject, byte[] nonce) {
    byte[] data =
        ByteBuffer.allocate(1 + 2 * Long.BYTES + nonce.length)
            .put(kind.code())
            .putLong(subject.getMostSignificantBits())
            .putLong(subject.getLeastSignificantBits())
            .put(nonce)
            .array();
    return kek.derivation().derive(Purpose.WRAP, data);
  }

  private static byte[] bound(byte[] head, byte[] context) {
    return ByteBuffer.allocate(head.length + context.length).put(head).put(context).array();
  }
}
