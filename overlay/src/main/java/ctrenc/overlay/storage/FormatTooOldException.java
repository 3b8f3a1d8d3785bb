package ctrenc.overlay.storage;

/** Written by a release whose format this one no longer reads. */
public final class FormatTooOldException extends UnreadableException {

  private static final long serialVersionUID = 1L;

  public FormatTooOldException(String message) {
    super(message);
  }

  public FormatTooOldException(String message, Throwable cause) {
    super(message, cause);
  }
}
