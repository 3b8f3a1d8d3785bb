package ctrenc.overlay.subvolume;

import java.io.IOException;

/** The state of a subvolume is not known to have come after the HEAD that it must have. */
public final class RolledBackException extends IOException {

  private static final long serialVersionUID = 1L;

  public RolledBackException(String message) {
    super(message);
  }
}
