package ctrenc.daemon.fake;

import ctrenc.crypto.protector.Protector;
import ctrenc.overlay.nest.Limits;
import ctrenc.overlay.ring.RootMemory;
import ctrenc.overlay.storage.KeyAbsentException;
import ctrenc.overlay.subvolume.AlreadyExistsException;
import ctrenc.overlay.subvolume.Base;
import ctrenc.overlay.subvolume.Head;
import ctrenc.overlay.subvolume.HeadDemand;
import ctrenc.overlay.subvolume.Heads;
import ctrenc.overlay.subvolume.InUseException;
import ctrenc.overlay.subvolume.KeyLoss;
import ctrenc.overlay.subvolume.Quotas;
import ctrenc.overlay.subvolume.SealedLayer;
import ctrenc.overlay.subvolume.SubvolumeInfo;
import ctrenc.overlay.subvolume.SubvolumeUsage;
import ctrenc.overlay.subvolume.Subvolumes;
import ctrenc.overlay.vfs.FileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongPredicate;

/** Subvolumes that are plain directories over plain directories. */
final class FakeSubvolumes implements Subvolumes {

  private final Path directory;
  private final FakeImages images;
  private final Map<UUID, SubvolumeInfo> known = new LinkedHashMap<>();
  private final Map<UUID, AtomicBoolean> open = new LinkedHashMap<>();
  private final Map<UUID, Limits> limits = new ConcurrentHashMap<>();

  FakeSubvolumes(Path directory, FakeImages images) throws IOException {
    this.directory = Files.createDirectories(directory);
    this.images = images;
  }

  @Override
  public synchronized SubvolumeInfo createProtected(
      String name, Base base, List<List<Protector>> anyOf) throws IOException {
    if (find(name).isPresent()) {
      throw new AlreadyExistsException("A subvolume named " + name + " exists.");
    }
    UUID id = UUID.randomUUID();
    Files.createDirectory(directory.resolve(id.toString()));
    SubvolumeInfo made = new SubvolumeInfo(id, name, base, anyOf.isEmpty(), true, Instant.now());
    known.put(id, made);
    open.put(id, new AtomicBoolean());
    return made;
  }

  @Override
  public synchronized SubvolumeInfo fork(UUID origin, String name, List<Protector> protectors)
      throws IOException {
    return fork(origin, directory.resolve(origin.toString()), name, protectors);
  }

  /** Makes a subvolume on the base of {@code origin} with a copy of {@code content}. */
  synchronized SubvolumeInfo fork(
      UUID origin, Path content, String name, List<Protector> protectors) throws IOException {
    SubvolumeInfo made = create(name, known.get(origin).base(), protectors);
    Trees.copy(content, directory.resolve(made.id().toString()));
    return made;
  }

  Path directory(UUID id) {
    return directory.resolve(id.toString());
  }

  @Override
  public void rotate(UUID id) {
    // There are no keys.
  }

  @Override
  public synchronized List<SubvolumeInfo> list() {
    return List.copyOf(known.values());
  }

  @Override
  public synchronized Optional<SubvolumeInfo> find(String reference) {
    return known.values().stream()
        .filter(s -> s.name().equals(reference) || s.id().toString().startsWith(reference))
        .findFirst();
  }

  @Override
  public synchronized void unlock(UUID id, List<Protector> protectors, HeadDemand demand) {
    SubvolumeInfo s = known.get(id);
    known.put(id, new SubvolumeInfo(id, s.name(), s.base(), s.throwaway(), true, s.created()));
  }

  /** Directories have none. */
  @Override
  public Heads heads() {
    return new Heads() {
      @Override
      public Optional<Head> give(UUID subvolume) {
        return Optional.empty();
      }

      @Override
      public void demand(UUID subvolume, boolean isDemanded) {}
    };
  }

  @Override
  public synchronized void lock(UUID id) throws IOException {
    if (open.get(id).get()) {
      throw new InUseException("The subvolume is open.");
    }
    SubvolumeInfo s = known.get(id);
    known.put(id, new SubvolumeInfo(id, s.name(), s.base(), s.throwaway(), false, s.created()));
  }

  @Override
  public synchronized void keep(UUID id, List<Protector> protectors) {
    SubvolumeInfo s = known.get(id);
    known.put(id, new SubvolumeInfo(id, s.name(), s.base(), false, s.unlocked(), s.created()));
  }

  @Override
  public synchronized FileSystem open(UUID id, Optional<RootMemory> memory) throws IOException {
    SubvolumeInfo subvolume = known.get(id);
    if (!subvolume.unlocked()) {
      throw new KeyAbsentException("The subvolume is locked.");
    }
    AtomicBoolean flag = open.get(id);
    if (!flag.compareAndSet(false, true)) {
      throw new InUseException("The subvolume is open.");
    }
    return new FakeFileSystem(lowers(id), directory(id), flag);
  }

  synchronized List<Path> lowers(UUID id) {
    return switch (known.get(id).base()) {
      case Base.Empty _ -> List.of();
      case Base.Image image -> images.trees(image.image()).reversed();
      case Base.HostTree host -> List.of(host.directory());
    };
  }

  @Override
  public byte[] handOver(UUID id, Protector heir) {
    return new byte[] {1};
  }

  @Override
  public void lockNested(UUID id) throws IOException {
    throw new NoSuchFileException("Nothing is nested here.");
  }

  @Override
  public void unlockNested(UUID id, List<Protector> protectors, HeadDemand demand)
      throws IOException {
    throw new NoSuchFileException("Nothing is nested here.");
  }

  @Override
  public void refuseNestedOpens(UUID id, boolean refused) {
    // Nothing is nested here.
  }

  @Override
  public LongPredicate inodesOf(UUID nested) {
    return number -> false;
  }

  @Override
  public synchronized SubvolumeUsage usage(UUID id) {
    return new SubvolumeUsage(4096, 1);
  }

  @Override
  public List<SealedLayer> sealedLayers(UUID id) {
    return List.of();
  }

  @Override
  public synchronized KeyLoss destroy(UUID id) throws IOException {
    if (open.get(id).get()) {
      throw new InUseException("The subvolume is open.");
    }
    known.remove(id);
    Trees.remove(directory.resolve(id.toString()));
    return new KeyLoss(List.of(id), List.of(), List.of());
  }

  /** Limits are kept, and hold nobody back. */
  @Override
  public Quotas quotas() {
    return new FakeQuotas(limits);
  }
}
