package ctrenc.crypto.tpm;

import java.io.IOException;

/** A way to a TPM that answers one command after the other. */
@FunctionalInterface
public interface TpmChannel {

  /** The longest command or answer that a TPM takes or gives. */
  int MAX_LENGTH = 4096;

  /**
   * Sends a whole command and returns the whole answer to it, whatever the answer says.
   *
   * @throws IOException if the TPM cannot be reached any more
   */
  byte[] exchange(byte[] command) throws IOException;
}
