package ctrenc.crypto;

/**
 * The record is of a version or type this release does not know: probably written by a newer one.
 */
public final class UnsupportedVersionException extends CryptoException {

  public UnsupportedVersionException(String message) {
    super(message);
  }
}
