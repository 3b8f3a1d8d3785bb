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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

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
    keyring.create(id);
    try {
      byte[] protecting = keyring.protect(id, List.copyOf(protectors));
      SubvolumeRecord made =
          catalog.change(
              edit ->
                  create(
                      edit,
                      new SubvolumeRecord(id, name, base, Instant.now(), protecting, List.of())));
      if (!made.throwaway()) {
        catalog.sync();
      }
      return info(made);
    } catch (IOException | RuntimeException e) {
      keyring.drop(id);
      throw e;
    }
  }

  private SubvolumeRecord create(Catalog.Edit edit, SubvolumeRecord bare) throws IOException {
    if (catalog.subvolumes().stream().anyMatch(other -> other.name().equals(bare.name()))) {
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
            bare.protectors(),
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
    return catalog.subvolumes().stream()
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
      SubvolumeRecord subvolume = require(id);
      if (!keyring.holds(id)) {
        keyring.unlock(id, subvolume.protectors(), protectors);
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
      layers = forget(subvolume);
      guards.remove(id);
    }
    remover.removeDoomed(layers);
  }

  /** Removes subvolumes whose key went with the last process. */
  void forgetThrowaways() throws IOException {
    for (SubvolumeRecord subvolume : catalog.subvolumes()) {
      if (subvolume.throwaway()) {
        forget(subvolume);
      }
    }
  }

  /** Takes a subvolume out of the catalog, and with it the wrapped keys of its layers. */
  private List<Long> forget(SubvolumeRecord subvolume) throws IOException {
    List<Long> layers = subvolume.stack().stream().map(SubvolumeRecord.Level::layer).toList();
    catalog.change(
        edit -> {
          for (long layer : layers) {
            edit.release(layer);
          }
          edit.removeSubvolume(subvolume.id());
          return layers;
        });
    if (!subvolume.throwaway()) {
      catalog.sync();
    }
    return layers;
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

  private SubvolumeRecord require(UUID id) throws NoSuchFileException {
    return catalog.subvolume(id).orElseThrow(() -> new NoSuchFileException("subvolume " + id));
  }

  private Object guard(UUID id) {
    return guards.computeIfAbsent(id, key -> new Object());
  }
}
