package ctrenc.overlay.storage;

/**
 * The wrapped key of one layer is gone, damaged, or under another KEK, though the subvolume is
 * unlocked. What the layer holds cannot be read; the other layers can.
 */
public final class KeyLostException extends DamagedException {

  private static final long serialVersionUID = 1L;

  public KeyLostException(String message) {
    super(message);
  }

  public KeyLostException(String message, Throwable cause) {
    super(message, cause);
  }
}
