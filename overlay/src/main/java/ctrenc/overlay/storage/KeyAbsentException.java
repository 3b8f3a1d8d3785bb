package ctrenc.overlay.storage;

/** The key of a layer is not loaded. Unlock and retry. */
public final class KeyAbsentException extends StoreException {

  private static final long serialVersionUID = 1L;

  public KeyAbsentException(String message) {
    super(message);
  }

  public KeyAbsentException(String message, Throwable cause) {
    super(message, cause);
  }
}
