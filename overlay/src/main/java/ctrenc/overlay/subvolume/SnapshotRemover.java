package ctrenc.overlay.subvolume;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** Removes snapshots with those that are part of them. Thread-safe. */
final class SnapshotRemover {

  private final StackTools tools;
  private final OpenTrees trees;

  SnapshotRemover(StackTools tools, OpenTrees trees) {
    this.tools = tools;
    this.trees = trees;
  }

  /**
   * Before anybody is put out of it, it is known whether it can go.
   *
   * @return the keys that went with it
   */
  KeyLoss remove(UUID id) throws IOException {
    List<SnapshotRecord> all = withParts(id);
    requireNotMounted(all);
    Set<UUID> ids = all.stream().map(SnapshotRecord::id).collect(Collectors.toSet());
    List<KeyLoss> lost = new ArrayList<>(1);
    trees.without(ids, () -> lost.add(removeClosed(id)));
    return lost.getFirst();
  }

  private KeyLoss removeClosed(UUID id) throws IOException {
    List<KeyLoss> lost = new ArrayList<>(1);
    tools
        .open()
        .guarded(
            owners(id),
            () -> {
              requireNotMounted(withParts(id));
              lost.add(tools.eraser().removeSnapshots(withParts(id)));
            });
    return lost.getFirst();
  }

  private List<SnapshotRecord> withParts(UUID id) throws IOException {
    List<SnapshotRecord> all = new ArrayList<>(List.of(require(id)));
    for (NestRecord part : tools.nests().partsWithin(id)) {
      all.add(require(part.id()));
    }
    return all;
  }

  private void requireNotMounted(List<SnapshotRecord> all) throws InUseException {
    for (SnapshotRecord snapshot : all) {
      if (tools.open().find(snapshot.id()).isPresent()) {
        throw new InUseException("Snapshot " + snapshot.name() + " is in use; unmount it first.");
      }
    }
  }

  /** The subvolumes that a snapshot and its parts are of, in the order of their guards. */
  List<UUID> owners(UUID id) throws IOException {
    List<NestRecord> parts = new ArrayList<>(tools.nests().partsWithin(id));
    parts.sort(Comparator.comparingInt(NestRecord::place));
    List<UUID> owners = new ArrayList<>(List.of(require(id).subvolume()));
    for (NestRecord part : parts) {
      owners.add(require(part.id()).subvolume());
    }
    return owners;
  }

  private SnapshotRecord require(UUID id) throws NoSuchFileException {
    return tools.catalog().requireSnapshot(id);
  }
}
