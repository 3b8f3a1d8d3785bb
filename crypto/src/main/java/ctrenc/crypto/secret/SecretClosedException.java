package ctrenc.crypto.secret;

/**
 * A secret was used after it had been wiped: its layer or subvolume has been locked meanwhile, or
 * the caller has a bug.
 */
public final class SecretClosedException extends IllegalStateException {

  SecretClosedException() {
    super("the secret has been wiped");
  }
}
