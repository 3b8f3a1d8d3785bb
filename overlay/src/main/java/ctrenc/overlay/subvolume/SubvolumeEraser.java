package ctrenc.overlay.subvolume;

import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Destroys subvolumes: what unlocks them first, then what the catalog knows of them and their
 * snapshots, then the layers that nobody else holds. Thread-safe.
 */
final class SubvolumeEraser {

  private final StoreParts parts;
  private final Catalog catalog;
  private final LayerRemover remover;

  SubvolumeEraser(StoreParts parts, Catalog catalog, LayerRemover remover) {
    this.parts = parts;
    this.catalog = catalog;
    this.remover = remover;
  }

  /** Its keys are not in memory any more, and nobody has it open. */
  void destroy(SubvolumeRecord subvolume) throws IOException {
    remover.removeDoomed(forget(subvolume));
  }

  /** Gives up what one more stack held. */
  void removeSnapshot(SnapshotRecord snapshot) throws IOException {
    List<Long> layers =
        catalog.change(
            edit -> {
              Set<Long> released = new LinkedHashSet<>();
              release(edit, snapshot.stack(), released);
              edit.removeSnapshot(snapshot.id());
              return List.copyOf(released);
            });
    catalog.sync();
    remover.removeDoomed(layers);
  }

  /**
   * Finishes what the last process began to destroy, and forgets subvolumes whose key went with it:
   * throwaway ones that are not in {@code alive}.
   */
  void forgetLost(Set<UUID> alive) throws IOException {
    Set<UUID> kept = new HashSet<>();
    for (SubvolumeRecord subvolume : catalog.subvolumes()) {
      boolean isLost = subvolume.throwaway() && !alive.contains(subvolume.id());
      if (isLost || subvolume.doomed()) {
        forget(subvolume);
      } else if (!subvolume.throwaway()) {
        kept.add(subvolume.id());
      }
    }
    parts.keySlots().eraseOthers(kept);
  }

  /** The intent is durable first: a missing key file alone never makes a subvolume vanish. */
  private List<Long> forget(SubvolumeRecord subvolume) throws IOException {
    if (!subvolume.throwaway()) {
      catalog.change(
          edit -> {
            edit.put(subvolume.asDoomed());
            return subvolume;
          });
      catalog.sync();
      parts.keySlots().erase(subvolume.id());
    }
    return catalog.change(
        edit -> {
          Set<Long> released = new LinkedHashSet<>();
          for (SnapshotRecord snapshot : catalog.snapshotsOf(subvolume.id())) {
            release(edit, snapshot.stack(), released);
            edit.removeSnapshot(snapshot.id());
          }
          release(edit, subvolume.stack(), released);
          Optional<FlattenRecord> flatten = catalog.flatten(subvolume.id());
          if (flatten.isPresent()) {
            edit.removeFlatten(flatten.get());
            released.add(flatten.get().target().layer());
          }
          edit.removeSubvolume(subvolume.id());
          return List.copyOf(released);
        });
  }

  private static void release(
      CatalogEdit edit, List<SubvolumeRecord.Level> stack, Set<Long> released) throws IOException {
    for (SubvolumeRecord.Level level : stack) {
      edit.release(level.layer());
      released.add(level.layer());
    }
  }
}
