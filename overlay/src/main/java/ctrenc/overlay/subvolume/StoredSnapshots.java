package ctrenc.overlay.subvolume;

import ctrenc.crypto.protector.Protector;
import ctrenc.overlay.nest.FrozenNesting;
import ctrenc.overlay.nest.Tree;
import ctrenc.overlay.ring.MemoryPart;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** The snapshots in a store's catalog. Thread-safe. */
final class StoredSnapshots implements Snapshots {

  private final StackTools tools;
  private final NestedSubvolumes nested;
  private final OpenTrees trees;
  private final TreeSnapshots recursive;
  private final StoredHeads heads;
  private final SnapshotRemover remover;
  private final PartNesting nesting = new PartNesting();

  StoredSnapshots(
      StackTools tools,
      NestedSubvolumes nested,
      OpenTrees trees,
      TreeSnapshots recursive,
      StoredHeads heads) {
    this.tools = tools;
    this.nested = nested;
    this.trees = trees;
    this.recursive = recursive;
    this.heads = heads;
    remover = new SnapshotRemover(tools, trees);
  }

  @Override
  public SnapshotInfo create(UUID subvolume, String name) throws IOException {
    CatalogNames.check(name);
    UUID id = UUID.randomUUID();
    Instant now = Instant.now();
    synchronized (tools.open().guard(subvolume)) {
      SubvolumeRecord owner = tools.catalog().requireLiving(subvolume);
      if (find(subvolume, name).isPresent()) {
        throw new AlreadyExistsException("There is a snapshot " + name + " already.");
      }
      NotedHead head =
          new NotedHead(
              heads,
              subvolume,
              (edit, frozen) -> {
                List<SubvolumeRecord.Level> stack = frozen.getOrDefault(subvolume, List.of());
                for (SubvolumeRecord.Level level : stack) {
                  edit.retain(level.layer());
                }
                edit.put(new SnapshotRecord(id, subvolume, name, now, stack));
              });
      tools.freezer().freeze(owner, head);
      return new SnapshotInfo(id, subvolume, name, now, head.given());
    }
  }

  /** A root that nobody has open is kept closed meanwhile, so that nothing is nested in it. */
  @Override
  public SnapshotInfo createRecursive(UUID subvolume, String name) throws IOException {
    CatalogNames.check(name);
    List<SnapshotInfo> made = new ArrayList<>(1);
    UUID root = tools.nests().rootOf(subvolume);
    while (made.isEmpty()) {
      Optional<Tree> tree = trees.find(root);
      if (tree.isPresent()) {
        tree.get().still(subvolume, () -> made.add(recursive.create(subvolume, name)));
      } else {
        synchronized (tools.open().guard(root)) {
          if (trees.find(root).isEmpty()) {
            made.add(recursive.create(subvolume, name));
          }
        }
      }
    }
    return made.getFirst();
  }

  @Override
  public int parts(UUID id) {
    return tools.nests().partsWithin(id).size();
  }

  @Override
  public List<SnapshotInfo> list() {
    return tools.catalog().snapshots().stream()
        .map(StoredSnapshots::info)
        .sorted(Comparator.comparing(SnapshotInfo::created).thenComparing(SnapshotInfo::name))
        .toList();
  }

  @Override
  public Optional<SnapshotInfo> find(UUID subvolume, String name) {
    return tools.catalog().snapshotsOf(subvolume).stream()
        .filter(snapshot -> snapshot.name().equals(name))
        .findFirst()
        .map(StoredSnapshots::info);
  }

  @Override
  public FileSystem open(UUID id) throws IOException {
    UUID subvolume = require(id).subvolume();
    synchronized (tools.open().guard(subvolume)) {
      if (tools.nests().find(subvolume).isEmpty() && !tools.keyring().holds(subvolume)) {
        throw Keyring.locked(subvolume);
      }
      if (tools.nests().partsWithin(id).isEmpty()) {
        return openAlone(id, () -> {});
      }
      return trees.open(id, nesting, Optional.empty(), (unused, closed) -> openAlone(id, closed));
    }
  }

  /** To be called with the guard of its subvolume held. */
  private FileSystem openAlone(UUID id, Runnable closed) throws IOException {
    SnapshotRecord snapshot = require(id);
    nested.unlock(snapshot.subvolume());
    OpenStacks open = tools.open();
    StackOpener opener = tools.opener();
    return open.open(
        id,
        stackClosed ->
            opener.open(
                snapshot,
                Optional.empty(),
                () -> {
                  stackClosed.run();
                  closed.run();
                }));
  }

  List<NestRecord> partsOf(UUID id) {
    return tools.nests().partsWithin(id);
  }

  /**
   * Opens a snapshot for somebody who uses it from inside of its subvolume's tree: a filesystem of
   * its own, which whoever mounts the snapshot does not close.
   */
  FileSystem openInside(UUID id, Optional<MemoryPart> memory) throws IOException {
    UUID subvolume = require(id).subvolume();
    OpenStacks open = tools.open();
    synchronized (open.guard(subvolume)) {
      if (trees.isGoing(id)) {
        throw new NoSuchFileException("snapshot " + id);
      }
      SnapshotRecord snapshot = require(id);
      nested.unlock(subvolume);
      return open.open(UUID.randomUUID(), closed -> tools.opener().open(snapshot, memory, closed));
    }
  }

  /** Snapshots of nested subvolumes, as those show that they are part of. */
  private final class PartNesting implements FrozenNesting {
    @Override
    public List<Nested> within(UUID root) {
      return tools.nests().partsWithin(root).stream().map(NestRecord::nested).toList();
    }

    @Override
    public FileSystem open(UUID id, Optional<MemoryPart> unused) throws ErrnoException {
      return StoreErrors.translated(
          () -> {
            synchronized (tools.open().guard(require(id).subvolume())) {
              return openAlone(id, () -> {});
            }
          });
    }
  }

  @Override
  public SubvolumeInfo fork(UUID id, String name, List<Protector> protectors) throws IOException {
    List<SubvolumeInfo> forked = new ArrayList<>(1);
    OpenStacks open = tools.open();
    open.guarded(
        remover.owners(id),
        () -> {
          List<SubvolumeMaker.Part> parts = parts(id, !protectors.isEmpty());
          SubvolumeRecord made = tools.maker().fork(require(id), parts, name, protectors);
          forked.add(
              new SubvolumeInfo(
                  made.id(), made.name(), made.base(), made.throwaway(), true, made.created()));
        });
    return forked.getFirst();
  }

  /**
   * The parts of a snapshot, each after the one it is part of. Those with protectors of their own
   * keep their keys where the fork is kept, and so do those in them: by a KEK that hangs on the
   * fork's they would open without those protectors.
   */
  private List<SubvolumeMaker.Part> parts(UUID id, boolean isKept) throws IOException {
    List<SubvolumeMaker.Part> parts = new ArrayList<>();
    Set<UUID> keeping = new HashSet<>();
    for (NestRecord part : tools.nests().partsWithin(id)) {
      SnapshotRecord snapshot = require(part.id());
      boolean keepsKeys =
          isKept && (keeping.contains(part.parent()) || nested.isProtected(snapshot.subvolume()));
      if (keepsKeys) {
        keeping.add(part.id());
      } else {
        nested.unlock(snapshot.subvolume());
      }
      parts.add(new SubvolumeMaker.Part(part, snapshot, keepsKeys));
    }
    return parts;
  }

  @Override
  public KeyLoss remove(UUID id) throws IOException {
    return remover.remove(id);
  }

  private SnapshotRecord require(UUID id) throws NoSuchFileException {
    return tools.catalog().requireSnapshot(id);
  }

  private static SnapshotInfo info(SnapshotRecord snapshot) {
    return new SnapshotInfo(
        snapshot.id(), snapshot.subvolume(), snapshot.name(), snapshot.created());
  }
}
