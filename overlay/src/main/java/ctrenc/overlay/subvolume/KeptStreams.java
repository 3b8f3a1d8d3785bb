package ctrenc.overlay.subvolume;

import java.io.IOException;
import java.util.UUID;

/** What is kept of streams that were cut. Stateless. */
final class KeptStreams {

  private KeptStreams() {}

  /**
   * Removes what is kept of a stream.
   *
   * @param goesOn the layer that it goes on with
   * @return whether anything was
   */
  static boolean drop(StackKeeping stacks, UUID goesOn) throws IOException {
    boolean isFound = false;
    for (KeptLayers.Kept one : stacks.kept().before(goesOn)) {
      if (stacks.kept().take(one.id()).isPresent()) {
        stacks.kept().forget(one.id());
        stacks.remover().remove(stacks.catalog().layer(one.number()));
        isFound = true;
      }
    }
    return isFound;
  }
}
