package ctrenc.crypto.kdf;

import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.secret.SecretMemory;
import java.util.UUID;

/**
 * The master key of one layer, {@value #LENGTH} random bytes, from which everything of the layer is
 * derived by purpose. It never meets a cipher itself. Thread-safe; whatever is derived after {@link
 * #close} fails with {@link ctrenc.crypto.secret.SecretClosedException}.
 */
public final class LayerKey implements AutoCloseable {

  /** In bytes. */
  public static final int LENGTH = 32;

  private final Secret master;
  private final KeyDerivation derivation;
  private final UUID layer;
  private final KeyId keyId;

  private LayerKey(Secret master, UUID layer) {
    if (master.length() != LENGTH) {
      throw new IllegalArgumentException(
          "a layer key has " + LENGTH + " bytes, not " + master.length());
    }
    this.master = master;
    this.layer = layer;
    this.derivation = KeyDerivation.of(master, layer);
    this.keyId = derivation.keyId();
  }

  /** A fresh key for a new layer. */
  public static LayerKey random(SecretMemory memory, Entropy entropy, UUID layer) {
    return new LayerKey(Secret.random(memory, entropy, LENGTH), layer);
  }

  /** A key that was unwrapped; this takes {@code master} over and closes it. */
  public static LayerKey of(Secret master, UUID layer) {
    return new LayerKey(master, layer);
  }

  public UUID layer() {
    return layer;
  }

  public KeyId keyId() {
    return keyId;
  }

  /** The bytes themselves, to be wrapped; still owned by this key. */
  public Secret master() {
    return master;
  }

  public KeyDerivation derivation() {
    return derivation;
  }

  @Override
  public void close() {
    derivation.close();
    master.close();
  }

  @Override
  public String toString() {
    return "LayerKey[" + layer + ", " + keyId + "]";
  }
}
