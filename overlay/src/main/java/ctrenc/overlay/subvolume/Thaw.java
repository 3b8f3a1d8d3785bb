package ctrenc.overlay.subvolume;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Pushes a fresh upper on a subvolume whose first layer was frozen while no key was at hand, before
 * it is used. Thread-safe; callers hold the subvolume's guard.
 */
record Thaw(Catalog catalog, Keyring keyring, Arrivals arrivals) {

  /**
   * The subvolume as it may be opened.
   *
   * @throws ctrenc.overlay.storage.KeyAbsentException if it is frozen and locked
   */
  SubvolumeRecord thawed(SubvolumeRecord subvolume) throws IOException {
    if (!arrivals.isFrozen(subvolume.id())) {
      return subvolume;
    }
    UUID layer = UUID.randomUUID();
    byte[] wrappedKey = keyring.newLayerKey(subvolume.id(), layer);
    SubvolumeRecord thawed =
        catalog.change(
            edit -> {
              SubvolumeRecord now = catalog.requireLiving(subvolume.id());
              long number = edit.newLayerNumber();
              edit.put(
                  new LayerRecord(
                      number,
                      layer,
                      LayerRecord.Kind.ENCRYPTED,
                      LayerRecord.State.LIVE,
                      1,
                      List.of()));
              List<SubvolumeRecord.Level> stack = new ArrayList<>(now.stack());
              stack.addFirst(new SubvolumeRecord.Level(number, wrappedKey));
              SubvolumeRecord grown = now.with(List.copyOf(stack));
              edit.put(grown);
              return grown;
            });
    // After the change: a crash between the two costs one more layer, and nothing else.
    arrivals.setFrozen(subvolume.id(), false);
    catalog.sync();
    return thawed;
  }
}
