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

  /**
   * Is told before that what the upper is at the instant at which it is frozen; what is noted in it
   * now is frozen with it, and as durable.
   */
  default void atInstant(UpperLayer upper) throws IOException {}
}
