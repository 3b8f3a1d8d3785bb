package ctrenc.overlay.export;

import java.io.IOException;

/** Is told how far something is that moves ciphertext. It ends it by throwing. */
@FunctionalInterface
public interface TransferProgress {

  /**
   * @param bytes since it began
   */
  void moved(long bytes) throws IOException;
}
