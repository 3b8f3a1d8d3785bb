package ctrenc.daemon.snapshotter;

import ctrenc.daemon.container.RootKey;
import ctrenc.daemon.refusal.RefusedException;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
      Policy policy = policies.of(key, labels, keyBelow(place));
      Backing backing = backings.make(place, policy);
      return record(place, made(place, SnapshotKind.ACTIVE, key, parent, labels, backing));
    }
  }

  /** The same for what is only read. */
  List<HostMount> view(String key, String parent, Map<String, String> labels) throws IOException {
    try (SnapshotTable.Reservation place = table.reserve(key, parent)) {
      Backing backing = backings.makeView(place, Wishes.of(labels));
      return record(place, made(place, SnapshotKind.VIEW, key, parent, labels, backing));
    }
  }

  /** How to mount what is made; with the entry's guard held. */
  List<HostMount> mounts(SnapshotTable.Entry entry) throws IOException {
    Snapshot snapshot = entry.snapshot();
    if (backings.isLost(snapshot)) {
      table.replace(entry, madeAgain(snapshot));
    }
    return backings.mounts(entry.snapshot());
  }

  private Snapshot madeAgain(Snapshot view) throws IOException {
    Snapshot again = view.on(backings.makeViewAgain(view));
    boolean isWritten = false;
    try {
      files.write(again);
      isWritten = true;
      return again;
    } finally {
      if (!isWritten) {
        backings.destroy(again);
      }
    }
  }

  private static Optional<RootKey> keyBelow(SnapshotTable.Reservation place) {
    return place.parent().flatMap(entry -> entry.snapshot().backing().key());
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
