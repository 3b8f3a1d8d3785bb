package ctrenc.daemon.container;

import ctrenc.daemon.config.Directories;
import ctrenc.overlay.fuse.Transport;
import ctrenc.overlay.subvolume.Store;
import java.io.IOException;
import java.util.UUID;

/**
 * Where snapshots are shown. Thread-safe.
 *
 * @param plain as the trees that they are of, which needs their keys
 * @param sealed as the files that a backup holds, which needs none
 */
record ShownSnapshots(SnapshotMounts plain, SnapshotMounts sealed) {

  static ShownSnapshots of(Store store, Transport transport, Directories directories) {
    return new ShownSnapshots(
        new SnapshotMounts(
            (snapshot, isRecursive) -> store.snapshots().open(snapshot), transport, directories),
        new SnapshotMounts(store.transfers()::view, transport, directories));
  }

  int count() {
    return plain.count() + sealed.count();
  }

  /** Takes all snapshots of a subvolume down. */
  void takeDownOf(UUID subvolume) throws IOException {
    try {
      plain.takeDownOf(subvolume);
    } finally {
      sealed.takeDownOf(subvolume);
    }
  }
}
