package ctrenc.daemon.fake;

import ctrenc.crypto.protector.Protector;
import ctrenc.overlay.subvolume.AlreadyExistsException;
import ctrenc.overlay.subvolume.InUseException;
import ctrenc.overlay.subvolume.KeyLoss;
import ctrenc.overlay.subvolume.SnapshotInfo;
import ctrenc.overlay.subvolume.Snapshots;
import ctrenc.overlay.subvolume.SubvolumeInfo;
import ctrenc.overlay.vfs.FileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;

/** Snapshots that are copies of directories. */
final class FakeSnapshots implements Snapshots {

  private final Path directory;
  private final FakeSubvolumes subvolumes;
  private final Map<UUID, SnapshotInfo> known = new LinkedHashMap<>();
  private final Map<UUID, AtomicBoolean> open = new LinkedHashMap<>();

  FakeSnapshots(Path directory, FakeSubvolumes subvolumes) throws IOException {
    this.directory = Files.createDirectories(directory);
    this.subvolumes = subvolumes;
  }

  @Override
  public synchronized SnapshotInfo create(UUID subvolume, String name) throws IOException {
    if (find(subvolume, name).isPresent()) {
      throw new AlreadyExistsException("There is a snapshot " + name + " already.");
    }
    SnapshotInfo made = new SnapshotInfo(UUID.randomUUID(), subvolume, name, Instant.now());
    Trees.copy(subvolumes.directory(subvolume), copyOf(made.id()));
    known.put(made.id(), made);
    open.put(made.id(), new AtomicBoolean());
    return made;
  }

  /** Nothing is nested here. */
  @Override
  public SnapshotInfo createRecursive(UUID subvolume, String name) throws IOException {
    return create(subvolume, name);
  }

  @Override
  public int parts(UUID id) {
    return 0;
  }

  private Path copyOf(UUID id) {
    return directory.resolve(id.toString());
  }

  @Override
  public synchronized List<SnapshotInfo> list() {
    known.values().removeIf(one -> subvolumes.find(one.subvolume().toString()).isEmpty());
    return List.copyOf(known.values());
  }

  @Override
  public synchronized Optional<SnapshotInfo> find(UUID subvolume, String name) {
    return list().stream()
        .filter(one -> one.subvolume().equals(subvolume) && one.name().equals(name))
        .findFirst();
  }

  @Override
  public synchronized FileSystem open(UUID id) throws IOException {
    AtomicBoolean flag = open.get(id);
    if (!flag.compareAndSet(false, true)) {
      throw new InUseException("The snapshot is open.");
    }
    return new FakeFileSystem(subvolumes.lowers(known.get(id).subvolume()), copyOf(id), flag);
  }

  @Override
  public SubvolumeInfo fork(UUID id, String name, List<Protector> protectors) throws IOException {
    return subvolumes.fork(known.get(id).subvolume(), copyOf(id), name, protectors);
  }

  @Override
  public synchronized KeyLoss remove(UUID id) throws IOException {
    if (open.get(id).get()) {
      throw new InUseException("The snapshot is open.");
    }
    known.remove(id);
    Trees.remove(copyOf(id));
    return KeyLoss.NONE;
  }
}
