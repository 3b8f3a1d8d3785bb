package ctrenc.overlay.subvolume;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Pushes a fresh upper on a subvolume whose first layer was frozen while no key was at hand, or
 * whose key is lost, before it is used. Thread-safe; callers hold the subvolume's guard.
 */
record Thaw(Catalog catalog, Keyring keyring, Arrivals arrivals) {

  /**
   * The subvolume as it may be opened.
   *
   * @param isLost its first layer cannot grow, because its key is lost
   * @throws ctrenc.overlay.storage.KeyAbsentException if it is frozen and locked
   */
  SubvolumeRecord thawed(SubvolumeRecord subvolume, boolean isLost) throws IOException {
    boolean isFrozen = arrivals.isFrozen(subvolume.id());
    if (!isFrozen && !isLost) {
      return subvolume;
    }
    SubvolumeRecord thawed = pushed(subvolume);
    // After the change: a crash between the two costs one more layer, and nothing else.
    if (isFrozen) {
      arrivals.setFrozen(subvolume.id(), false);
    }
    catalog.sync();
    return thawed;
  }

  private SubvolumeRecord pushed(SubvolumeRecord subvolume) throws IOException {
    UUID layer = UUID.randomUUID();
    byte[] wrappedKey = keyring.newLayerKey(subvolume.id(), layer);
    return catalog.change(
        edit -> {
          SubvolumeRecord now = catalog.requireLiving(subvolume.id());
          LayerRecord.Kind kind = LayerRecord.Kind.ENCRYPTED;
          long number = Lowers.newLayer(edit, layer, kind, List.of());
          List<SubvolumeRecord.Level> stack = new ArrayList<>(now.stack());
          stack.addFirst(new SubvolumeRecord.Level(number, wrappedKey));
          SubvolumeRecord grown = now.with(List.copyOf(stack));
          edit.put(grown);
          return grown;
        });
  }
}
