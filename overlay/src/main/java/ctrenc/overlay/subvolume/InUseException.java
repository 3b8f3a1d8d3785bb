package ctrenc.overlay.subvolume;

import java.io.IOException;

/** Something still needs what was to be removed. */
public final class InUseException extends IOException {

  private static final long serialVersionUID = 1L;

  public InUseException(String message) {
    super(message);
  }
}
