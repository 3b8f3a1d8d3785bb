package ctrenc.crypto.tpm;

import java.io.IOException;

/**
 * The TPM did not do what it was asked to, or somebody on the way to it changed what was said. The
 * message goes on a sentence about the TPM.
 */
public final class TpmException extends IOException {

  private static final long serialVersionUID = 1L;

  TpmException(String message) {
    super(message);
  }

  TpmException(String message, Throwable cause) {
    super(message, cause);
  }
}
