package ctrenc.overlay.union;

import java.io.IOException;

/** Makes a change of a filesystem's stack the stored one, while the filesystem stands still. */
@FunctionalInterface
public interface StackChange {

  /** If it fails, nothing was changed. */
  void run() throws IOException;
}
