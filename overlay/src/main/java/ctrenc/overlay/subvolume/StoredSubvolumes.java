package ctrenc.overlay.subvolume;

import ctrenc.crypto.protector.Protector;
import ctrenc.overlay.layer.HostTree;
import ctrenc.overlay.layer.LayerRange;
import ctrenc.overlay.vfs.FileSystem;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** The subvolumes in a store's catalog. Thread-safe. */
final class StoredSubvolumes implements Subvolumes {

  private static final byte[] NO_KEY = {};

  private final StoreParts parts;
  private final Catalog catalog;
  private final Keyring keyring;
  private final StackOpener opener;
  private final LayerRemover remover;
  private final Map<UUID, FileSystem> open = new ConcurrentHashMap<>();

  /** Opening, unlocking and destroying one subvolume exclude each other. */
  private final Map<UUID, Object> guards = new ConcurrentHashMap<>();

  StoredSubvolumes(
      StoreParts parts,
      Catalog catalog,
      Keyring keyring,
      StackOpener opener,
      LayerRemover remover) {
    this.parts = parts;
    this.catalog = catalog;
    this.keyring = keyring;
    this.opener = opener;
    this.remover = remover;
  }

  @Override
  public SubvolumeInfo create(String name, Base base, List<Protector> protectors)
      throws IOException {
    CatalogNames.check(name);
    if (base instanceof Base.HostTree(Path directory)) {
      HostTree.open(directory).close();
    }
    UUID id = UUID.randomUUID();
    boolean throwaway = protectors.isEmpty();
    keyring.create(id);
    try {
      if (!throwaway) {
        parts.keySlots().write(id, keyring.protect(id, List.copyOf(protectors)));
      }
      SubvolumeRecord bare =
          new SubvolumeRecord(id, name, base, Instant.now(), throwaway, false, List.of());
      SubvolumeRecord made = catalog.change(edit -> create(edit, bare));
      if (!made.throwaway()) {
        catalog.sync();
      }
      return info(made);
    } catch (IOException | RuntimeException e) {
      abandon(id, e);
      throw e;
    }
  }

  /** Also undoes a creation that is in the catalog but could not be made durable. */
  private void abandon(UUID id, Exception reason) {
    keyring.drop(id);
    try {
      Optional<SubvolumeRecord> made = catalog.subvolume(id);
      if (made.isPresent()) {
        remover.removeDoomed(eraseAndForget(made.get()));
      } else {
        parts.keySlots().erase(id);
      }
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
  }

  private SubvolumeRecord create(Catalog.Edit edit, SubvolumeRecord bare) throws IOException {
    if (living().anyMatch(other -> other.name().equals(bare.name()))) {
      throw new AlreadyExistsException("There is a subvolume " + bare.name() + " already.");
    }
    List<SubvolumeRecord.Level> stack = new ArrayList<>();
    UUID upper = UUID.randomUUID();
    byte[] wrappedKey = keyring.newLayerKey(bare.id(), upper);
    stack.add(
        new SubvolumeRecord.Level(
            newLayer(edit, upper, LayerRecord.Kind.ENCRYPTED, List.of()), wrappedKey));
    stack.addAll(lowers(edit, bare.base()));
    SubvolumeRecord made =
        new SubvolumeRecord(
            bare.id(),
            bare.name(),
            bare.base(),
            bare.created(),
            bare.throwaway(),
            false,
            List.copyOf(stack));
    edit.put(made);
    return made;
  }

  private List<SubvolumeRecord.Level> lowers(Catalog.Edit edit, Base base) throws IOException {
    return switch (base) {
      case Base.Empty empty -> List.of();
      case Base.HostTree(Path directory) -> {
        List<String> path = List.of(directory.toAbsolutePath().toString());
        long layer = newLayer(edit, UUID.randomUUID(), LayerRecord.Kind.HOST_TREE, path);
        yield List.of(new SubvolumeRecord.Level(layer, NO_KEY));
      }
      case Base.Image(UUID image) -> {
        ImageRecord found =
            catalog.image(image).orElseThrow(() -> new NoSuchFileException("image " + image));
        for (long layer : found.layers()) {
          edit.retain(layer);
        }
        yield found.layers().stream()
            .map(layer -> new SubvolumeRecord.Level(layer, NO_KEY))
            .toList();
      }
    };
  }

  private static long newLayer(
      Catalog.Edit edit, UUID id, LayerRecord.Kind kind, List<String> trees) {
    long number = edit.newLayerNumber();
    edit.put(new LayerRecord(number, id, kind, LayerRecord.State.LIVE, 1, trees));
    return number;
  }

  @Override
  public List<SubvolumeInfo> list() {
    return living()
        .map(this::info)
        .sorted(Comparator.comparing(SubvolumeInfo::created).thenComparing(SubvolumeInfo::name))
        .toList();
  }

  @Override
  public Optional<SubvolumeInfo> find(String reference) {
    return CatalogNames.find(list(), SubvolumeInfo::name, SubvolumeInfo::id, reference);
  }

  @Override
  public void unlock(UUID id, List<Protector> protectors) throws IOException {
    synchronized (guard(id)) {
      require(id);
      if (!keyring.holds(id)) {
        keyring.unlock(id, parts.keySlots().read(id), protectors);
      }
    }
  }

  @Override
  public FileSystem open(UUID id) throws IOException {
    synchronized (guard(id)) {
      FileSystem known = open.get(id);
      if (known != null) {
        return known;
      }
      FileSystem opened = opener.open(require(id), () -> open.remove(id));
      open.put(id, opened);
      return opened;
    }
  }

  @Override
  public SubvolumeUsage usage(UUID id) throws IOException {
    long storedBytes = 0;
    long inodes = 0;
    for (SubvolumeRecord.Level level : require(id).stack()) {
      LayerRecord layer = catalog.layer(level.layer());
      if (layer.kind() == LayerRecord.Kind.ENCRYPTED) {
        storedBytes += parts.extents().storedBytes(layer.id());
        inodes += LayerRange.countInodes(parts.meta(), layer.number());
      }
    }
    return new SubvolumeUsage(storedBytes, inodes);
  }

  @Override
  public void destroy(UUID id) throws IOException {
    List<Long> layers;
    synchronized (guard(id)) {
      SubvolumeRecord subvolume = require(id);
      if (open.containsKey(id)) {
        throw new InUseException("Subvolume " + subvolume.name() + " is in use; unmount it first.");
      }
      keyring.drop(id);
      layers = eraseAndForget(subvolume);
      guards.remove(id);
    }
    remover.removeDoomed(layers);
  }

  /**
   * Finishes what the last process began to destroy, and forgets subvolumes whose key went with it.
   */
  void forgetLost() throws IOException {
    Set<UUID> kept = new HashSet<>();
    for (SubvolumeRecord subvolume : catalog.subvolumes()) {
      if (subvolume.throwaway() || subvolume.doomed()) {
        eraseAndForget(subvolume);
      } else {
        kept.add(subvolume.id());
      }
    }
    parts.keySlots().eraseOthers(kept);
  }

  /** The intent is durable first: a missing key file alone never makes a subvolume vanish. */
  private List<Long> eraseAndForget(SubvolumeRecord subvolume) throws IOException {
    if (!subvolume.throwaway()) {
      catalog.change(
          edit -> {
            edit.put(subvolume.asDoomed());
            return subvolume;
          });
      catalog.sync();
      parts.keySlots().erase(subvolume.id());
    }
    List<Long> layers = subvolume.stack().stream().map(SubvolumeRecord.Level::layer).toList();
    return catalog.change(
        edit -> {
          for (long layer : layers) {
            edit.release(layer);
          }
          edit.removeSubvolume(subvolume.id());
          return layers;
        });
  }

  /** Closes what is still open. */
  void close() {
    List.copyOf(open.values()).forEach(FileSystem::close);
  }

  private SubvolumeInfo info(SubvolumeRecord subvolume) {
    return new SubvolumeInfo(
        subvolume.id(),
        subvolume.name(),
        subvolume.base(),
        subvolume.throwaway(),
        keyring.holds(subvolume.id()),
        subvolume.created());
  }

  private Stream<SubvolumeRecord> living() {
    return catalog.subvolumes().stream().filter(subvolume -> !subvolume.doomed());
  }

  private SubvolumeRecord require(UUID id) throws NoSuchFileException {
    return catalog
        .subvolume(id)
        .filter(subvolume -> !subvolume.doomed())
        .orElseThrow(() -> new NoSuchFileException("subvolume " + id));
  }

  private Object guard(UUID id) {
    return guards.computeIfAbsent(id, key -> new Object());
  }
}
