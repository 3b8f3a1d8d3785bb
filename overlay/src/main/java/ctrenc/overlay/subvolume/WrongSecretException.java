package ctrenc.overlay.subvolume;

import java.io.IOException;

/** None of the given protectors opens the subvolume. */
public final class WrongSecretException extends IOException {

  private static final long serialVersionUID = 1L;

  public WrongSecretException(String message) {
    super(message);
  }
}
