package ctrenc.overlay.union;

import ctrenc.overlay.layer.InodeRecord;
import ctrenc.overlay.vfs.Timestamp;
import java.io.IOException;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Keeps access times as the mount option relatime means them: a read counts when the inode changed
 * since the last one that did, or that is a day ago. A lower inode is not copied up for being read.
 * The time waits in memory until the record is written anyway, or the handle is released.
 */
final class AccessTimes implements Background.Chore {

  private static final long DAY_SECONDS = 86_400;

  private static final int BATCH = 64;

  private final NodeTable nodes;
  private final Changes changes;
  private final WallClock clock;
  private final boolean kept;
  private final Background background;
  private final Queue<Node> waiting = new ConcurrentLinkedQueue<>();

  AccessTimes(
      NodeTable nodes, Changes changes, WallClock clock, boolean kept, Background background) {
    this.nodes = nodes;
    this.background = background;
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

  /** Has an access time that waits stored, together with others. The caller holds a reference. */
  void store(Node node) {
    if (node.accessed() != null && node.inodeRecord().links() > 0 && node.hold()) {
      waiting.add(node);
      background.wake();
    }
  }

  /** Stores all that wait. */
  void storeAll() throws IOException {
    while (!waiting.isEmpty()) {
      doSome();
    }
  }

  @Override
  public boolean doSome() throws IOException {
    Set<Node> some = new HashSet<>();
    Node next = waiting.poll();
    while (next != null) {
      if (!some.add(next)) {
        nodes.release(next, 1);
      }
      next = some.size() < BATCH ? waiting.poll() : null;
    }
    try {
      store(some);
    } finally {
      some.forEach(node -> nodes.release(node, 1));
    }
    return !some.isEmpty();
  }

  private void store(Set<Node> some) throws IOException {
    try (NodeLocks locks = NodeLocks.of(some.toArray(Node[]::new));
        Change change = changes.begin()) {
      for (Node node : some) {
        if (node.accessed() != null && node.inUpper() && node.inodeRecord().links() > 0) {
          change.edit(node);
        }
      }
      change.commit();
    }
  }
}
