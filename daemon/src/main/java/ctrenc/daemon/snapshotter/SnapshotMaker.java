package ctrenc.daemon.snapshotter;

import ctrenc.daemon.refusal.RefusedException;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** Makes active and view snapshots. Thread-safe. */
final class SnapshotMaker {

  private final SnapshotFiles files;
  private final SnapshotTable table;
  private final Backings backings;
  private final Policies policies;
  private final InstantSource clock;

  SnapshotMaker(
      SnapshotFiles files,
      SnapshotTable table,
      Backings backings,
      Policies policies,
      InstantSource clock) {
    this.files = files;
    this.table = table;
    this.backings = backings;
    this.policies = policies;
    this.clock = clock;
  }

  /** Returns how to mount what is made. */
  List<HostMount> prepare(String key, String parent, Map<String, String> labels)
      throws IOException {
    try (SnapshotTable.Reservation place = table.reserve(key, parent)) {
      Policy policy = policies.of(key, labels, isOnEncrypted(place));
      Backing backing = backings.make(place, policy);
      return record(place, made(place, SnapshotKind.ACTIVE, key, parent, labels, backing));
    }
  }

  /** The views of what is frozen share one mount, so they come and go one after the other. */
  List<HostMount> view(String key, String parent, Map<String, String> labels) throws IOException {
    policies.check(labels);
    try (SnapshotTable.Reservation place = table.reserve(key, parent)) {
      Optional<ReentrantLock> shared =
          isOnEncrypted(place) ? place.parent().map(entry -> entry.preparation) : Optional.empty();
      shared.ifPresent(ReentrantLock::lock);
      try {
        Backing backing = backings.makeView(place);
        return record(place, made(place, SnapshotKind.VIEW, key, parent, labels, backing));
      } finally {
        shared.ifPresent(ReentrantLock::unlock);
      }
    }
  }

  private static boolean isOnEncrypted(SnapshotTable.Reservation place) {
    return place.parent().map(entry -> entry.snapshot().backing().isEncrypted()).orElse(false);
  }

  private Snapshot made(
      SnapshotTable.Reservation place,
      SnapshotKind kind,
      String key,
      String parent,
      Map<String, String> labels,
      Backing backing)
      throws RefusedException {
    Instant now = clock.instant();
    return new Snapshot(
        place.number(), key, parent, kind, now, now, labels, Snapshot.Usage.NOTHING, backing);
  }

  /** A snapshot that cannot be shown or written down leaves nothing behind. */
  private List<HostMount> record(SnapshotTable.Reservation place, Snapshot made)
      throws IOException {
    boolean isMade = false;
    try {
      List<HostMount> mounts = backings.mounts(made);
      files.write(made);
      place.take(made);
      isMade = true;
      return mounts;
    } finally {
      if (!isMade) {
        backings.destroy(made);
        files.remove(made.number());
        backings.clear(made);
      }
    }
  }
}
