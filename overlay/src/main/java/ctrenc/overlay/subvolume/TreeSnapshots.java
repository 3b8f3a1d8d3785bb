package ctrenc.overlay.subvolume;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Takes snapshots of a subvolume and of all that are nested in it at one instant, in one change of
 * the catalog: all of them, or none. Thread-safe.
 *
 * <p>The instant is the one at which all that are in use stand still. Those that are not do so
 * anyway: what they hold is taken as it is, with or without their keys, and they go on with a fresh
 * upper when they are used again.
 */
final class TreeSnapshots {

  private final Catalog catalog;
  private final NestCatalog nests;
  private final OpenStacks open;
  private final StackFreezer freezer;
  private final Arrivals arrivals;
  private final StoredHeads heads;

  TreeSnapshots(
      Catalog catalog,
      NestCatalog nests,
      OpenStacks open,
      StackFreezer freezer,
      Arrivals arrivals,
      StoredHeads heads) {
    this.catalog = catalog;
    this.nests = nests;
    this.open = open;
    this.freezer = freezer;
    this.arrivals = arrivals;
    this.heads = heads;
  }

  /** To be called while nothing is nested in any of them, moved or destroyed. */
  SnapshotInfo create(UUID top, String name) throws IOException {
    List<NestRecord> nested = nests.within(top);
    List<UUID> all = nests.withNested(top);
    Instant now = Instant.now();
    FreshIds made = new FreshIds();
    NotedHead head =
        new NotedHead(
            heads,
            top,
            (edit, frozen) -> {
              for (UUID id : all) {
                put(edit, id, frozen, new SnapshotRecord(made.of(id), id, name, now, List.of()));
              }
              for (NestRecord nest : nested) {
                nests.putPart(edit, nest.as(made.of(nest.id()), made.of(nest.parent())));
              }
            });
    open.guarded(all, () -> freeze(top, all, name, head));
    return new SnapshotInfo(made.of(top), top, name, now, head.given());
  }

  private void freeze(UUID top, List<UUID> all, String name, NotedHead head) throws IOException {
    requireFree(all, name);
    if (open.find(top).isEmpty()) {
      head.take(heads.giveIdle(top, arrivals));
    } else {
      for (UUID id : all) {
        if (open.find(id).isEmpty()) {
          heads.within().give(id).ifPresent(head::say);
        }
      }
    }
    List<UUID> inUse = inUse(all);
    head.await(inUse);
    freezer.freezeAll(inUse, head);
  }

  private void requireFree(List<UUID> all, String name) throws IOException {
    for (UUID id : all) {
      SubvolumeRecord subvolume = catalog.requireLiving(id);
      if (catalog.snapshotsOf(id).stream().anyMatch(one -> one.name().equals(name))) {
        throw new AlreadyExistsException(
            nests.find(id).isPresent()
                ? "The nested subvolume " + id + " has a snapshot " + name + " already."
                : "There is a snapshot " + name + " of " + subvolume.name() + " already.");
      }
    }
  }

  /** Whatever is not in use does not grow any more. */
  private List<UUID> inUse(List<UUID> all) throws IOException {
    List<UUID> used = new ArrayList<>();
    for (UUID id : all) {
      if (open.find(id).isPresent()) {
        used.add(id);
      } else if (!arrivals.isFrozen(id)) {
        // Before the snapshot is there: a crash between the two costs one more layer.
        arrivals.setFrozen(id, true);
      }
    }
    return used;
  }

  private void put(
      CatalogEdit edit, UUID id, Map<UUID, List<SubvolumeRecord.Level>> frozen, SnapshotRecord bare)
      throws IOException {
    List<SubvolumeRecord.Level> inUse = frozen.get(id);
    SnapshotRecord snapshot = bare.on(inUse != null ? inUse : catalog.requireLiving(id).stack());
    for (SubvolumeRecord.Level level : snapshot.stack()) {
      edit.retain(level.layer());
    }
    edit.put(snapshot);
  }
}
