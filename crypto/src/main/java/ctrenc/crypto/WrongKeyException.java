package ctrenc.crypto;

/**
 * The key, or none of the protectors, is the one this was wrapped under; the record itself looks
 * whole.
 */
public final class WrongKeyException extends CryptoException {

  public WrongKeyException(String message) {
    super(message);
  }
}
