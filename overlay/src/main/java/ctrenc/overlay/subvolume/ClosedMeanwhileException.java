package ctrenc.overlay.subvolume;

import java.io.IOException;

/** A stack in use was closed before its change could be made; nothing was changed. */
final class ClosedMeanwhileException extends IOException {

  private static final long serialVersionUID = 1;

  ClosedMeanwhileException() {
    super("The root was closed meanwhile; try again.");
  }
}
