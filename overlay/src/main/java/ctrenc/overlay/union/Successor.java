package ctrenc.overlay.union;

import ctrenc.overlay.layer.UpperLayer;
import java.io.IOException;

/** Makes the stack with a fresh upper the stored one, while its filesystem stands still. */
@FunctionalInterface
public interface Successor {

  /**
   * Returns the upper from now on, which numbers its inodes behind those of {@code frozen}. If it
   * fails, nothing was changed.
   */
  UpperLayer after(UpperLayer frozen) throws IOException;
}
