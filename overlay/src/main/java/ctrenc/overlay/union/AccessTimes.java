package ctrenc.overlay.union;

import ctrenc.overlay.layer.InodeRecord;
import ctrenc.overlay.vfs.Timestamp;
import java.io.IOException;

/**
 * Keeps access times as the mount option relatime means them: a read counts when the inode changed
 * since the last one that did, or that is a day ago. A lower inode is not copied up for being read.
 * The time waits in memory until the record is written anyway, or the handle is released.
 */
final class AccessTimes {

  private static final long DAY_SECONDS = 86_400;

  private final Changes changes;
  private final WallClock clock;
  private final boolean kept;

  AccessTimes(Changes changes, WallClock clock, boolean kept) {
    this.changes = changes;
    this.clock = clock;
    this.kept = kept;
  }

  void read(Node node) {
    if (!kept || !node.inUpper()) {
      return;
    }
    InodeRecord inodeRecord = node.inodeRecord();
    Timestamp waiting = node.accessed();
    Timestamp last = waiting == null ? inodeRecord.accessed() : waiting;
    boolean changedSince =
        last.compareTo(inodeRecord.modified()) <= 0 || last.compareTo(inodeRecord.changed()) <= 0;
    if (waiting == null && changedSince) {
      node.touch(clock.now());
      return;
    }
    Timestamp now = clock.now();
    if (now.seconds() - last.seconds() >= DAY_SECONDS) {
      node.touch(now);
    }
  }

  /** Stores an access time that waits. */
  void store(Node node) throws IOException {
    if (node.accessed() == null || node.inodeRecord().links() == 0) {
      return;
    }
    try (NodeLocks locks = NodeLocks.of(node);
        Change change = changes.begin()) {
      if (node.accessed() != null && node.inodeRecord().links() > 0) {
        change.edit(node);
        change.commit();
      }
    }
  }
}
