package ctrenc.overlay.subvolume;

import java.io.IOException;
import java.util.ArrayList;
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
  private final NestCatalog nests;
  private final LayerRemover remover;
  private final LayerReaders readers;

  SubvolumeEraser(
      StoreParts parts,
      Catalog catalog,
      NestCatalog nests,
      LayerRemover remover,
      LayerReaders readers) {
    this.parts = parts;
    this.catalog = catalog;
    this.nests = nests;
    this.remover = remover;
    this.readers = readers;
  }

  /**
   * Destroys one and all that are nested in it. Their keys are not in memory any more, and nobody
   * has one of them open.
   *
   * @return the keys that went with them
   */
  KeyLoss destroy(SubvolumeRecord subvolume) throws IOException {
    Forgotten forgotten = forget(withNested(subvolume));
    ErasedKeys.tell(parts.audit(), "subvolume " + subvolume.id(), forgotten.lost());
    remover.removeDoomed(forgotten.layers());
    return forgotten.lost();
  }

  /** What stacks let go of: layers that are doomed now unless others hold them, and keys. */
  private record Forgotten(List<Long> layers, KeyLoss lost) {}

  /** The sealed layers of one, of all that are nested in it and of their snapshots. */
  List<SealedLayer> sealedLayers(SubvolumeRecord subvolume) throws IOException {
    List<SealedLayer> found = new ArrayList<>();
    catalog.look(() -> found.addAll(readers.of(withNested(subvolume))));
    return found;
  }

  /** One, and all that are nested in it. */
  List<SubvolumeRecord> withNested(SubvolumeRecord top) {
    List<SubvolumeRecord> all = new ArrayList<>(List.of(top));
    for (NestRecord nest : nests.within(top.id())) {
      catalog.subvolume(nest.id()).ifPresent(all::add);
    }
    return all;
  }

  /** Gives up what the stacks of snapshots held, all at once. */
  KeyLoss removeSnapshots(List<SnapshotRecord> snapshots) throws IOException {
    Forgotten forgotten =
        catalog.change(
            edit -> {
              KeyLoss lost = readers.lostWithSnapshots(snapshots);
              Set<Long> released = new LinkedHashSet<>();
              for (SnapshotRecord snapshot : snapshots) {
                forget(edit, snapshot, released);
              }
              return new Forgotten(List.copyOf(released), lost);
            });
    catalog.sync();
    String subject = "snapshot " + snapshots.getFirst().id();
    ErasedKeys.tell(parts.audit(), subject, forgotten.lost());
    remover.removeDoomed(forgotten.layers());
    return forgotten.lost();
  }

  /**
   * Finishes what the last process began to destroy, and forgets subvolumes whose key went with it:
   * throwaway ones that are not in {@code alive}. What is nested in one goes with it.
   */
  void forgetLost(Set<UUID> alive) throws IOException {
    for (SubvolumeRecord subvolume : catalog.subvolumes()) {
      boolean isLost = subvolume.throwaway() && !alive.contains(subvolume.id());
      boolean isStillThere = catalog.subvolume(subvolume.id()).isPresent();
      if (isStillThere && (isLost || subvolume.doomed())) {
        KeyLoss lost = forget(withNested(subvolume)).lost();
        ErasedKeys.tell(parts.audit(), "subvolume " + subvolume.id(), lost);
      }
    }
    Set<UUID> kept = new HashSet<>();
    for (SubvolumeRecord subvolume : catalog.subvolumes()) {
      if (!subvolume.throwaway()) {
        kept.add(subvolume.id());
      }
    }
    parts.keySlots().eraseOthers(kept);
  }

  /** The intent is durable first: a missing key file alone never makes a subvolume vanish. */
  private Forgotten forget(List<SubvolumeRecord> subvolumes) throws IOException {
    List<SubvolumeRecord> kept = subvolumes.stream().filter(one -> !one.throwaway()).toList();
    if (!kept.isEmpty()) {
      catalog.change(
          edit -> {
            kept.forEach(subvolume -> edit.put(subvolume.asDoomed()));
            return kept;
          });
      catalog.sync();
      for (SubvolumeRecord subvolume : kept) {
        parts.keySlots().erase(subvolume.id());
      }
    }
    return catalog.change(
        edit -> {
          KeyLoss lost = readers.lostWith(subvolumes);
          Set<Long> released = new LinkedHashSet<>();
          for (SubvolumeRecord subvolume : subvolumes) {
            forget(edit, subvolume, released);
          }
          return new Forgotten(List.copyOf(released), lost);
        });
  }

  private void forget(CatalogEdit edit, SubvolumeRecord subvolume, Set<Long> released)
      throws IOException {
    for (SnapshotRecord snapshot : catalog.snapshotsOf(subvolume.id())) {
      forget(edit, snapshot, released);
    }
    release(edit, subvolume.stack(), released);
    Optional<FlattenRecord> flatten = catalog.flatten(subvolume.id());
    if (flatten.isPresent()) {
      edit.removeFlatten(flatten.get());
      released.add(flatten.get().target().layer());
    }
    edit.removeSubvolume(subvolume.id());
    nests.remove(edit, subvolume.id());
  }

  private void forget(CatalogEdit edit, SnapshotRecord snapshot, Set<Long> released)
      throws IOException {
    release(edit, snapshot.stack(), released);
    edit.removeSnapshot(snapshot.id());
    nests.removePart(edit, snapshot.id());
  }

  private static void release(
      CatalogEdit edit, List<SubvolumeRecord.Level> stack, Set<Long> released) throws IOException {
    for (SubvolumeRecord.Level level : stack) {
      edit.release(level.layer());
      released.add(level.layer());
    }
  }
}
