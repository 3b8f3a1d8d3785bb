package ctrenc.crypto.wrap;

import ctrenc.crypto.kdf.KeyDerivation;
import ctrenc.crypto.kdf.KeyId;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.secret.SecretMemory;
import java.util.UUID;

/** The key of one subvolume, {@value #LENGTH} bytes, which only wraps other keys. Thread-safe. */
public final class Kek implements AutoCloseable {

  /** In bytes. */
  public static final int LENGTH = 32;

  private final Secret secret;
  private final KeyDerivation derivation;
  private final UUID subvolume;
  private final KeyId keyId;

  private Kek(Secret secret, UUID subvolume) {
    if (secret.length() != LENGTH) {
      throw new IllegalArgumentException("a KEK has " + LENGTH + " bytes, not " + secret.length());
    }
    this.secret = secret;
    this.subvolume = subvolume;
    this.derivation = KeyDerivation.of(secret, subvolume);
    this.keyId = derivation.keyId();
  }

  /** A fresh KEK for a new subvolume. */
  public static Kek random(SecretMemory memory, Entropy entropy, UUID subvolume) {
    return new Kek(Secret.random(memory, entropy, LENGTH), subvolume);
  }

  /**
   * A KEK that was kept elsewhere, as in the kernel's keyring; this takes {@code secret} over and
   * closes it.
   */
  public static Kek of(Secret secret, UUID subvolume) {
    return new Kek(secret, subvolume);
  }

  public UUID subvolume() {
    return subvolume;
  }

  /** Public: detects the wrong KEK. */
  public KeyId keyId() {
    return keyId;
  }

  /**
   * The bytes themselves, to be wrapped or handed to the kernel's keyring; still owned by this KEK.
   */
  public Secret secret() {
    return secret;
  }

  KeyDerivation derivation() {
    return derivation;
  }

  @Override
  public void close() {
    derivation.close();
    secret.close();
  }

  @Override
  public String toString() {
    return "Kek[" + subvolume + ", " + keyId + "]";
  }
}
