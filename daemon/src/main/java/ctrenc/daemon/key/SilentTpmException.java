package ctrenc.daemon.key;

import java.io.IOException;
import java.time.Duration;

/** The TPM has not answered in time. The message goes on a sentence about the TPM. */
final class SilentTpmException extends IOException {

  private static final long serialVersionUID = 1L;

  SilentTpmException(Duration patience) {
    super("did not answer within " + Math.max(1, patience.toSeconds()) + " s");
  }
}
