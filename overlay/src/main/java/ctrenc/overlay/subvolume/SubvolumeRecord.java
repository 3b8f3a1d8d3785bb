package ctrenc.overlay.subvolume;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * What the catalog says of a subvolume.
 *
 * @param throwaway its KEK is in memory alone; else a file of {@link KeySlots} unlocks it
 * @param doomed it is being destroyed and shows no more
 * @param stack its layers, top first; the first is the upper
 */
record SubvolumeRecord(
    UUID id,
    String name,
    Base base,
    Instant created,
    boolean throwaway,
    boolean doomed,
    List<Level> stack) {

  /**
   * A layer of the stack.
   *
   * @param wrappedKey the layer's key under the KEK of the subvolume; empty for a plain layer, and
   *     for one whose key was lost before the stack was made
   */
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  record Level(long layer, byte[] wrappedKey) {

    boolean hasKey() {
      return wrappedKey.length > 0;
    }
  }

  SubvolumeRecord with(List<Level> nextStack) {
    return new SubvolumeRecord(id, name, base, created, throwaway, doomed, nextStack);
  }

  SubvolumeRecord on(Base nextBase) {
    return new SubvolumeRecord(id, name, nextBase, created, throwaway, doomed, stack);
  }

  SubvolumeRecord asKept() {
    return new SubvolumeRecord(id, name, base, created, false, doomed, stack);
  }

  SubvolumeRecord asDoomed() {
    return new SubvolumeRecord(id, name, base, created, throwaway, true, stack);
  }
}
