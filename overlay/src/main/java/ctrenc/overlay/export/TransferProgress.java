package ctrenc.overlay.export;

import java.io.IOException;

/** Is told how far something is that moves ciphertext. It ends it by throwing. */
@FunctionalInterface
public interface TransferProgress {

  /**
   * @param total 0 where it is not known
   */
  void moved(long bytes, long total) throws IOException;
}
