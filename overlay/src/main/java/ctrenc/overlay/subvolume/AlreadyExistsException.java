package ctrenc.overlay.subvolume;

import java.io.IOException;

/** The name is taken. */
public final class AlreadyExistsException extends IOException {

  private static final long serialVersionUID = 1L;

  public AlreadyExistsException(String message) {
    super(message);
  }
}
