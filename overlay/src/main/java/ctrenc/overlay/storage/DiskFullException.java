package ctrenc.overlay.storage;

/** The disk or a quota has no room left. */
public final class DiskFullException extends StoreException {

  private static final long serialVersionUID = 1L;

  public DiskFullException(String message) {
    super(message);
  }

  public DiskFullException(String message, Throwable cause) {
    super(message, cause);
  }
}
