package ctrenc.crypto;

/** The bytes have not the shape of such a record: damaged, truncated, or something else. */
public final class MalformedException extends CryptoException {

  public MalformedException(String message) {
    super(message);
  }
}
