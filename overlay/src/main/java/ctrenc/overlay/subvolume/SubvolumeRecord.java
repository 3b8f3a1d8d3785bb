package ctrenc.overlay.subvolume;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * What the catalog says of a subvolume.
 *
 * @param protectors what unlocks it, in the crypto module's form; empty for a throwaway one
 * @param stack its layers, top first; the first is the upper
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
record SubvolumeRecord(
    UUID id, String name, Base base, Instant created, byte[] protectors, List<Level> stack) {

  /**
   * A layer of the stack.
   *
   * @param wrappedKey the layer's key under the KEK of the subvolume; empty for a plain layer
   */
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  record Level(long layer, byte[] wrappedKey) {}

  boolean throwaway() {
    return protectors.length == 0;
  }
}
