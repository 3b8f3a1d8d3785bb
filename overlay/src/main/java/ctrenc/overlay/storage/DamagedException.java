package ctrenc.overlay.storage;

/** Bytes are not what was written: forged, torn, swapped or rotten. Scrub and restore. */
public sealed class DamagedException extends UnreadableException permits KeyLostException {

  private static final long serialVersionUID = 1L;

  public DamagedException(String message) {
    super(message);
  }

  public DamagedException(String message, Throwable cause) {
    super(message, cause);
  }
}
