package ctrenc.overlay.subvolume;

import ctrenc.overlay.extent.LostExtents;
import ctrenc.overlay.meta.RocksMetaStore;
import ctrenc.overlay.meta.RocksTuning;
import ctrenc.overlay.storage.DiskStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Takes wrapped layer keys out of the catalog of a store that nobody has open. */
final class LostKeys {

  private LostKeys() {}

  /** The key of the layer that is {@code depth} below the top of a subvolume's stack. */
  static void lose(Path state, UUID subvolume, int depth) throws IOException {
    change(state, subvolume, depth, new byte[0]);
  }

  static void change(Path state, UUID subvolume, int depth, byte[] wrapped) throws IOException {
    DiskStorage storage = DiskStorage.open(state);
    try (storage;
        RocksMetaStore meta =
            RocksMetaStore.open(
                state.resolve("meta"),
                RocksTuning.standard(),
                new LostExtents(storage, "segments"))) {
      Catalog catalog = Catalog.read(meta);
      catalog.change(
          edit -> {
            SubvolumeRecord before = catalog.requireLiving(subvolume);
            List<SubvolumeRecord.Level> stack = new ArrayList<>(before.stack());
            stack.set(depth, new SubvolumeRecord.Level(stack.get(depth).layer(), wrapped));
            edit.put(before.with(List.copyOf(stack)));
            return before;
          });
      catalog.sync();
    }
  }
}
