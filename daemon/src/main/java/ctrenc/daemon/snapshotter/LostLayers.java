package ctrenc.daemon.snapshotter;

import ctrenc.daemon.log.FactLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Drops the layers that power loss took from the disk, with the plain snapshots on them, so that
 * nobody ever sees half a layer. Nothing encrypted stands on one: that waits until the disk has all
 * that it is built on.
 */
final class LostLayers {

  private static final FactLog LOG = FactLog.of(LostLayers.class);

  private LostLayers() {}

  /** Returns what is left of {@code stored}; the trees of the others belong to no snapshot. */
  static List<Snapshot> drop(List<Snapshot> stored, UnsyncedTrees unsynced, SnapshotFiles files)
      throws IOException {
    List<Snapshot> kept = new ArrayList<>();
    List<Snapshot> lost = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Snapshot snapshot :
        stored.stream().sorted(Comparator.comparingLong(Snapshot::number)).toList()) {
      if (isLost(snapshot, unsynced, names)) {
        lost.add(snapshot);
        names.add(snapshot.name());
      } else {
        kept.add(snapshot);
      }
    }
    for (Snapshot snapshot : lost.reversed()) {
      files.remove(snapshot.number());
      LOG.warn(
          "snapshot is dropped, power was lost before the disk had it: remove its image and pull it"
              + " again",
          "snapshot",
          snapshot.name());
    }
    unsynced.goOn(kept.stream().filter(LostLayers::isCommitted).map(Snapshot::number).toList());
    return kept;
  }

  /** What stands on another one has the higher number. */
  private static boolean isLost(Snapshot snapshot, UnsyncedTrees unsynced, Set<String> lost) {
    return !snapshot.backing().isEncrypted()
        && (isCommitted(snapshot) && unsynced.isLost(snapshot.number())
            || lost.contains(snapshot.parent()));
  }

  private static boolean isCommitted(Snapshot snapshot) {
    return snapshot.kind() == SnapshotKind.COMMITTED;
  }
}
