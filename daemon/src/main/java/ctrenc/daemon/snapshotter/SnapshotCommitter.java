package ctrenc.daemon.snapshotter;

import ctrenc.daemon.log.FactLog;
import ctrenc.daemon.refusal.RefusedException;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Map;

/**
 * Makes active snapshots ones that others stand on. Callers hold the guard of the entry;
 * thread-safe for different ones.
 */
final class SnapshotCommitter {

  private static final FactLog LOG = FactLog.of(SnapshotCommitter.class);

  private final SnapshotFiles files;
  private final SnapshotTable table;
  private final Backings backings;
  private final ChainIndexer indexer;
  private final InstantSource clock;

  SnapshotCommitter(
      SnapshotFiles files,
      SnapshotTable table,
      Backings backings,
      ChainIndexer indexer,
      InstantSource clock) {
    this.files = files;
    this.table = table;
    this.backings = backings;
    this.indexer = indexer;
    this.clock = clock;
  }

  /** It has the name when this returns, and is durable; whoever has it mounted goes on. */
  void commit(SnapshotTable.Entry entry, String name, String parent, Map<String, String> labels)
      throws IOException {
    Snapshot active = entry.snapshot();
    requireCommittable(active, parent);
    table.reserveName(name);
    try {
      Backing frozen = backings.freeze(active);
      Snapshot.Usage usage = backings.usage(active);
      Snapshot now = active.committed(name, labels, clock.instant(), usage, frozen);
      files.write(now);
      table.replace(entry, now);
    } finally {
      table.release(name);
    }
    indexer.committed(entry);
    settle(entry.snapshot());
  }

  private static void requireCommittable(Snapshot snapshot, String parent) throws RefusedException {
    if (snapshot.kind() != SnapshotKind.ACTIVE) {
      throw RefusedException.conflict(
          "The snapshot " + snapshot.name() + " is not active: it cannot be committed.");
    }
    if (!parent.isEmpty() && !parent.equals(snapshot.parent())) {
      throw RefusedException.invalid(
          "The snapshot " + snapshot.name() + " cannot be moved to another parent.");
    }
  }

  /** What is committed stays so, whatever becomes of the mount. */
  void settle(Snapshot committed) {
    try {
      backings.settle(committed);
    } catch (IOException e) {
      LOG.failed("root of a committed snapshot stays shown", e, "snapshot", committed.number());
    }
  }
}
