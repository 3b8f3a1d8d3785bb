package ctrenc.overlay.subvolume;

import ctrenc.crypto.protector.Protector;
import ctrenc.overlay.vfs.FileSystem;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The snapshots in a store's catalog. Thread-safe. */
final class StoredSnapshots implements Snapshots {

  private final Catalog catalog;
  private final Keyring keyring;
  private final StackOpener opener;
  private final OpenStacks open;
  private final SubvolumeMaker maker;
  private final StackFreezer freezer;
  private final SubvolumeEraser eraser;

  StoredSnapshots(
      Catalog catalog,
      Keyring keyring,
      StackOpener opener,
      OpenStacks open,
      SubvolumeMaker maker,
      StackFreezer freezer,
      SubvolumeEraser eraser) {
    this.catalog = catalog;
    this.keyring = keyring;
    this.opener = opener;
    this.open = open;
    this.maker = maker;
    this.freezer = freezer;
    this.eraser = eraser;
  }

  @Override
  public SnapshotInfo create(UUID subvolume, String name) throws IOException {
    CatalogNames.check(name);
    UUID id = UUID.randomUUID();
    Instant now = Instant.now();
    synchronized (open.guard(subvolume)) {
      SubvolumeRecord owner = catalog.requireLiving(subvolume);
      if (find(subvolume, name).isPresent()) {
        throw new AlreadyExistsException("There is a snapshot " + name + " already.");
      }
      freezer.freeze(
          owner,
          (edit, frozen) -> {
            for (SubvolumeRecord.Level level : frozen) {
              edit.retain(level.layer());
            }
            edit.put(new SnapshotRecord(id, subvolume, name, now, frozen));
          });
    }
    return new SnapshotInfo(id, subvolume, name, now);
  }

  @Override
  public List<SnapshotInfo> list() {
    return catalog.snapshots().stream()
        .map(StoredSnapshots::info)
        .sorted(Comparator.comparing(SnapshotInfo::created).thenComparing(SnapshotInfo::name))
        .toList();
  }

  @Override
  public Optional<SnapshotInfo> find(UUID subvolume, String name) {
    return catalog.snapshotsOf(subvolume).stream()
        .filter(snapshot -> snapshot.name().equals(name))
        .findFirst()
        .map(StoredSnapshots::info);
  }

  @Override
  public FileSystem open(UUID id) throws IOException {
    synchronized (open.guard(require(id).subvolume())) {
      SnapshotRecord snapshot = require(id);
      if (!keyring.holds(snapshot.subvolume())) {
        throw Keyring.locked(snapshot.subvolume());
      }
      return open.open(id, closed -> opener.open(snapshot, closed));
    }
  }

  @Override
  public SubvolumeInfo fork(UUID id, String name, List<Protector> protectors) throws IOException {
    synchronized (open.guard(require(id).subvolume())) {
      SnapshotRecord snapshot = require(id);
      SubvolumeRecord origin = catalog.requireLiving(snapshot.subvolume());
      SubvolumeRecord made = maker.fork(origin, snapshot.stack(), name, protectors);
      return new SubvolumeInfo(
          made.id(), made.name(), made.base(), made.throwaway(), true, made.created());
    }
  }

  @Override
  public void remove(UUID id) throws IOException {
    synchronized (open.guard(require(id).subvolume())) {
      SnapshotRecord snapshot = require(id);
      if (open.find(id).isPresent()) {
        throw new InUseException("Snapshot " + snapshot.name() + " is in use; unmount it first.");
      }
      eraser.removeSnapshot(snapshot);
    }
  }

  private SnapshotRecord require(UUID id) throws NoSuchFileException {
    return catalog.snapshot(id).orElseThrow(() -> new NoSuchFileException("snapshot " + id));
  }

  private static SnapshotInfo info(SnapshotRecord snapshot) {
    return new SnapshotInfo(
        snapshot.id(), snapshot.subvolume(), snapshot.name(), snapshot.created());
  }
}
