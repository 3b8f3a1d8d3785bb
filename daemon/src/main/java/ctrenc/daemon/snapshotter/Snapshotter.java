package ctrenc.daemon.snapshotter;

import ctrenc.daemon.config.Settings;
import ctrenc.daemon.container.HostedRoot;
import ctrenc.daemon.container.HostedRoots;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.daemon.snapshotter.filter.Filter;
import ctrenc.overlay.subvolume.Images;
import ctrenc.overlay.sys.Descriptor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * containerd's snapshots. Image layers are plain trees, so that they are unpacked at the disk's own
 * speed; containers are roots under keys of their own. What is said here of a snapshot was durable
 * before, but for the contents of layers: those are when something is built on them. Thread-safe.
 */
public final class Snapshotter implements AutoCloseable {

  private final SnapshotFiles files;
  private final SnapshotTable table;
  private final Backings backings;
  private final SnapshotMaker maker;
  private final SnapshotCommitter committer;
  private final ChainIndexer indexer;
  private final UnsyncedTrees unsynced;
  private final Leftovers leftovers;
  private final HostedRoots roots;
  private final Policies policies;
  private final SnapshotterName name;
  private final InstantSource clock;

  /** Reads what earlier daemons left in {@code directory}. */
  public Snapshotter(
      Path directory,
      Images images,
      HostedRoots roots,
      Settings settings,
      InstantSource clock,
      HostDisk disk)
      throws IOException {
    this.roots = roots;
    this.clock = clock;
    files = SnapshotFiles.in(directory);
    policies = Policies.of(settings);
    name = new SnapshotterName(files);
    PlainTrees trees = new PlainTrees(directory.resolve("trees"));
    ChainImages chains = new ChainImages(images, trees);
    unsynced = new UnsyncedTrees(directory.resolve("unsynced"), disk);
    List<Snapshot> stored = LostLayers.drop(files.read(), unsynced, files);
    table = new SnapshotTable(stored, Leftovers.numbers(trees, chains, roots));
    backings = new Backings(table, trees, unsynced, chains, roots);
    leftovers = new Leftovers(table, trees, chains, roots);
    maker = new SnapshotMaker(files, table, backings, policies, clock);
    indexer = new ChainIndexer(table, backings);
    committer = new SnapshotCommitter(files, table, backings, indexer, clock);
  }

  /**
   * Goes on with roots that an earlier daemon showed; they are taken out of {@code left}.
   *
   * @return the ids of those that are still shown
   */
  public List<String> takeUp(Map<String, List<Descriptor>> left) {
    List<UUID> shown = new ArrayList<>();
    for (SnapshotTable.Entry entry : table.all()) {
      switch (entry.snapshot().backing()) {
        case Backing.Root(HostedRoot root) -> shown.add(root.id());
        case Backing.View(HostedRoot root) -> shown.add(root.id());
        case Backing.Frozen(HostedRoots.Frozen frozen) -> shown.add(frozen.root().id());
        default -> {
          // Plain trees are nothing that ends with a daemon.
        }
      }
    }
    return roots.takeUp(shown, left);
  }

  /**
   * Refuses whoever calls this store by another name than the first one did: each containerd, and
   * each name in one, removes what it does not know of.
   */
  public void requireName(String caller) throws IOException {
    name.require(caller);
  }

  /** Makes an active snapshot; returns how to mount it. */
  public List<HostMount> prepare(String key, String parent, Map<String, String> labels)
      throws IOException {
    requireNamed(key);
    policies.check(labels);
    return maker.prepare(key, parent, labels);
  }

  /** Makes a view; returns how to mount it. */
  public List<HostMount> view(String key, String parent, Map<String, String> labels)
      throws IOException {
    requireNamed(key);
    policies.check(labels);
    return maker.view(key, parent, labels);
  }

  /** How to mount an active or view snapshot; the same until it is committed or removed. */
  public List<HostMount> mounts(String key) throws IOException {
    return with(
        key,
        entry -> {
          if (entry.snapshot().kind() == SnapshotKind.COMMITTED) {
            throw RefusedException.conflict(
                "The snapshot " + key + " is committed: it is seen by a view of it.");
          }
          return maker.mounts(entry);
        });
  }

  /** Makes an active snapshot one that others stand on; whoever has it mounted goes on. */
  public void commit(String committed, String key, String parent, Map<String, String> labels)
      throws IOException {
    requireNamed(committed);
    policies.check(labels);
    with(
        key,
        entry -> {
          committer.commit(entry, committed, parent, labels);
          return entry;
        });
  }

  /** When this returns, the key of what was encrypted is destroyed. */
  public void remove(String key) throws IOException {
    with(
        key,
        entry -> {
          table.leave(entry);
          Snapshot gone = entry.snapshot();
          boolean isGone = false;
          try {
            backings.destroy(gone);
            files.remove(gone.number());
            table.remove(entry);
            isGone = true;
          } finally {
            if (!isGone) {
              table.stay(entry);
            }
          }
          backings.clear(gone);
          return gone;
        });
  }

  public Snapshot stat(String key) throws RefusedException {
    return table.find(key).snapshot();
  }

  /** Changes labels: those that {@code paths} name, or all where none is named. */
  public Snapshot update(String key, Map<String, String> labels, List<String> paths)
      throws IOException {
    return with(
        key,
        entry -> {
          Map<String, String> now = LabelMask.apply(entry.snapshot().labels(), labels, paths);
          policies.requireUnchanged(entry.snapshot().labels(), now);
          Snapshot updated = entry.snapshot().with(now, clock.instant());
          files.write(updated);
          table.replace(entry, updated);
          return updated;
        });
  }

  /** Those that pass, the oldest first. */
  public List<Snapshot> list(Filter filter) {
    return table.all().stream()
        .map(SnapshotTable.Entry::snapshot)
        .filter(snapshot -> filter.matches(snapshot::field))
        .sorted(Comparator.comparingLong(Snapshot::number))
        .toList();
  }

  /** What a snapshot takes, without those it stands on. */
  public Snapshot.Usage usage(String key) throws IOException {
    return with(
        key,
        entry ->
            entry.snapshot().kind() == SnapshotKind.ACTIVE
                ? backings.usage(entry.snapshot())
                : entry.snapshot().usage());
  }

  /** Removes what a crash left, and takes roots away that are committed and not used any more. */
  public void cleanup() throws IOException {
    leftovers.remove();
    for (SnapshotTable.Entry entry : table.all()) {
      Optional.of(entry.snapshot())
          .filter(snapshot -> snapshot.kind() == SnapshotKind.COMMITTED)
          .ifPresent(committer::settle);
    }
  }

  /** What is under way in the background ends; to be called before the store is closed. */
  @Override
  public void close() {
    indexer.close();
    unsynced.close();
  }

  private static void requireNamed(String key) throws RefusedException {
    if (key.isEmpty()) {
      throw RefusedException.invalid("The request names no snapshot.");
    }
  }

  /** What is done with a snapshot while nobody else changes it. */
  private interface Step<T> {
    T of(SnapshotTable.Entry entry) throws IOException;
  }

  private <T> T with(String key, Step<T> step) throws IOException {
    SnapshotTable.Entry entry = table.find(key);
    entry.guard.lock();
    try {
      table.require(entry, key);
      return step.of(entry);
    } finally {
      entry.guard.unlock();
    }
  }
}
