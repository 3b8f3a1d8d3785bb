package ctrenc.crypto;

/**
 * Sealed bytes, a key record or a protector was refused. The subtype says what the caller should do
 * next; the message is for people and holds no secret.
 */
public abstract sealed class CryptoException extends Exception
    permits TagMismatchException,
        CommitmentMismatchException,
        WrongKeyException,
        MalformedException,
        UnsupportedVersionException {

  CryptoException(String message) {
    super(message);
  }
}
