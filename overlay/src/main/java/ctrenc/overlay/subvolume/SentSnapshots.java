package ctrenc.overlay.subvolume;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * A snapshot, and those of nested subvolumes that are part of it.
 *
 * @param parts each after what it is part of
 */
record SentSnapshots(SnapshotRecord top, List<Part> parts) {

  /**
   * Of a nested subvolume.
   *
   * @param nest where it hangs, in terms of snapshots
   */
  record Part(NestRecord nest, SnapshotRecord snapshot) {}

  /**
   * Those that the catalog has.
   *
   * @param isRecursive with the parts
   */
  static SentSnapshots of(StackTools tools, UUID id, boolean isRecursive) throws IOException {
    SnapshotRecord top = tools.catalog().requireSnapshot(id);
    List<Part> parts = new ArrayList<>();
    if (isRecursive) {
      for (NestRecord nest : tools.nests().partsWithin(id)) {
        parts.add(new Part(nest, tools.catalog().requireSnapshot(nest.id())));
      }
    }
    return new SentSnapshots(top, List.copyOf(parts));
  }

  /** The layers of all of them, each once, and each after those it lies on. */
  Set<Long> layers() {
    Set<Long> layers = new LinkedHashSet<>();
    add(top, layers);
    parts.forEach(part -> add(part.snapshot, layers));
    return layers;
  }

  private static void add(SnapshotRecord snapshot, Set<Long> layers) {
    snapshot.stack().reversed().forEach(level -> layers.add(level.layer()));
  }
}
