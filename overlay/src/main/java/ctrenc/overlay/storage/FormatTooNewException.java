package ctrenc.overlay.storage;

/** Written by a newer release, or with a feature this release does not know. Use that release. */
public final class FormatTooNewException extends UnreadableException {

  private static final long serialVersionUID = 1L;

  public FormatTooNewException(String message) {
    super(message);
  }

  public FormatTooNewException(String message, Throwable cause) {
    super(message, cause);
  }
}
