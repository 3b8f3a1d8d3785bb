package ctrenc.crypto.secret;

import java.security.SecureRandom;

/**
 * The source of randomness for keys, nonces and salts. Implementations are thread-safe. Tests
 * freeze it.
 */
@FunctionalInterface
public interface Entropy {

  /** Overwrites the whole of {@code target} with bytes nobody can foresee. */
  void fill(byte[] target);

  /** The generator of the operating system. */
  static Entropy system() {
    return new SecureRandom()::nextBytes;
  }
}
