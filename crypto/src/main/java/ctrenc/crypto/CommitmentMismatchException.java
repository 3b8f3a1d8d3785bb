package ctrenc.crypto;

/**
 * The commitment does not fit the key and the header beside it: another key, or a damaged or forged
 * header. Nothing was decrypted.
 */
public final class CommitmentMismatchException extends CryptoException {

  public CommitmentMismatchException(String message) {
    super(message);
  }
}
