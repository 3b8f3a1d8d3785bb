package ctrenc.crypto.protector;

/**
 * Kinds of protectors. Append-only codes, on disk; zero is never valid, and a retired code stays
 * listed.
 */
public enum ProtectorType {
  /** A random key that belongs to the machine. */
  MACHINE_KEY(1),
  /** A file that its holder keeps elsewhere. */
  KEY_FILE(2),
  /** What a person knows. */
  PASSPHRASE(3),
  /** A random key on paper, shown once. */
  RECOVERY_KEY(4),
  /** Whoever holds the private key of a pair. */
  RECIPIENT(5),
  /** A service that wraps and unwraps a secret. */
  KEY_PROVIDER(6),
  /** The machine's TPM 2.0. */
  TPM(7);

  private final byte code;

  ProtectorType(int code) {
    this.code = (byte) code;
  }

  byte code() {
    return code;
  }
}
