package ctrenc.crypto;

/**
 * The bytes are not what was sealed under this key and this bound data: damaged, forged, or from
 * another place.
 */
public final class TagMismatchException extends CryptoException {

  public TagMismatchException(String message) {
    super(message);
  }
}
