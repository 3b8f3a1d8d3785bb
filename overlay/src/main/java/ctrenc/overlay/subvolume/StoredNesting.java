package ctrenc.overlay.subvolume;

import static ctrenc.overlay.subvolume.StoreErrors.translated;

import ctrenc.crypto.kdf.LayerKey;
import ctrenc.overlay.nest.Limits;
import ctrenc.overlay.nest.Nesting;
import ctrenc.overlay.nest.Source;
import ctrenc.overlay.nest.Usage;
import ctrenc.overlay.ring.MemoryPart;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.Name;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What a store does for its trees, with its failures as errors of a filesystem. Thread-safe. */
final class StoredNesting implements Nesting {

  private final Catalog catalog;
  private final NestCatalog nests;
  private final NestMaker maker;
  private final NestedSubvolumes nested;
  private final StackUsage usage;
  private final StoredSnapshots snapshots;

  StoredNesting(StackTools tools, NestedSubvolumes nested, StoredSnapshots snapshots) {
    this.catalog = tools.catalog();
    this.nests = tools.nests();
    this.maker = new NestMaker(tools);
    this.nested = nested;
    this.usage = new StackUsage(tools);
    this.snapshots = snapshots;
  }

  @Override
  public List<Nested> within(UUID root) {
    return nests.within(root).stream().map(NestRecord::nested).toList();
  }

  @Override
  public void make(Nested plan, Source source) throws ErrnoException {
    translated(
        () -> {
          maker.make(new NestRecord(plan.id(), plan.parent(), plan.anchor(), plan.place()), source);
          return plan;
        });
  }

  @Override
  public FileSystem open(UUID id, Optional<MemoryPart> memory) throws ErrnoException {
    return translated(() -> nested.open(id, memory));
  }

  @Override
  public Optional<byte[]> handOver(UUID id) throws ErrnoException {
    return translated(() -> nested.handOver(id));
  }

  @Override
  public void requireLockable(UUID id) throws ErrnoException {
    if (catalog.subvolume(id).map(SubvolumeRecord::throwaway).orElse(true)) {
      throw new ErrnoException(Errno.EBUSY);
    }
  }

  @Override
  public void lock(UUID id) throws ErrnoException {
    translated(
        () -> {
          nested.lock(id);
          return id;
        });
  }

  @Override
  public boolean isLocked(UUID id) {
    return nested.isLocked(id);
  }

  @Override
  public void unlock(UUID id) throws ErrnoException {
    translated(
        () -> {
          nested.unlocked(id);
          return id;
        });
  }

  @Override
  public void destroy(UUID id) throws ErrnoException {
    translated(
        () -> {
          nested.destroy(id);
          return id;
        });
  }

  @Override
  public List<Name> snapshots(UUID id) {
    return catalog.snapshotsOf(id).stream().map(one -> Name.of(one.name())).sorted().toList();
  }

  @Override
  public Optional<UUID> findSnapshot(UUID id, Name name) {
    return snapshots.find(id, name.toString()).map(SnapshotInfo::id);
  }

  @Override
  public List<Nested> parts(UUID snapshot) {
    return snapshots.partsOf(snapshot).stream().map(NestRecord::nested).toList();
  }

  @Override
  public FileSystem openSnapshot(UUID snapshot, Optional<MemoryPart> memory) throws ErrnoException {
    return translated(() -> snapshots.openInside(snapshot, memory));
  }

  @Override
  public void snapshot(UUID id, Name name) throws ErrnoException {
    translated(() -> snapshots.create(id, name.toString()));
  }

  @Override
  public void snapshotWithNested(UUID id, Name name) throws ErrnoException {
    translated(() -> snapshots.createRecursive(id, name.toString()));
  }

  @Override
  public void removeSnapshot(UUID id, Name name) throws ErrnoException {
    translated(
        () -> {
          Optional<SnapshotInfo> found = snapshots.find(id, name.toString());
          snapshots.remove(
              found.orElseThrow(() -> new NoSuchFileException("snapshot " + name)).id());
          return id;
        });
  }

  @Override
  public Limits limits(UUID id) {
    return nests.limits(id);
  }

  @Override
  public Usage usage(UUID id) throws ErrnoException {
    return translated(() -> usage.of(id));
  }

  @Override
  public List<String> describe(UUID id) throws ErrnoException {
    return translated(
        () -> {
          SubvolumeRecord subvolume = catalog.requireLiving(id);
          List<String> lines = new ArrayList<>();
          lines.add("subvolume " + id);
          nests.find(id).ifPresent(nest -> lines.add("parent " + nest.parent()));
          try (LayerKey key = nested.upperKey(subvolume)) {
            lines.add("key " + key.keyId());
          }
          lines.add("layers " + subvolume.stack().size());
          Limits most = nests.limits(id);
          lines.add("limit-bytes " + most.bytes());
          lines.add("limit-inodes " + most.inodes());
          Usage used = usage.of(id);
          lines.add("bytes " + used.bytes());
          lines.add("inodes " + used.inodes());
          lines.add("throwaway " + (subvolume.throwaway() ? "yes" : "no"));
          return lines;
        });
  }
}
