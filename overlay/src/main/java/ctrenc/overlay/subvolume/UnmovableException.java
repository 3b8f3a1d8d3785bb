package ctrenc.overlay.subvolume;

import java.io.IOException;

/** A root cannot be sent, or not be received here, as things are; the message says what to do. */
public final class UnmovableException extends IOException {

  private static final long serialVersionUID = 1L;

  public UnmovableException(String message) {
    super(message);
  }
}
