package ctrenc.overlay.storage;

/**
 * What is stored is nothing that this release takes for what was written. Whoever looks for damage
 * goes on behind it: a changed byte may lie in a version as well as anywhere else.
 */
public abstract sealed class UnreadableException extends StoreException
    permits DamagedException, FormatTooNewException, FormatTooOldException {

  private static final long serialVersionUID = 1L;

  UnreadableException(String message) {
    super(message);
  }

  UnreadableException(String message, Throwable cause) {
    super(message, cause);
  }
}
