package ctrenc.overlay.subvolume;

import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.storage.DamagedException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * All images, subvolumes and layers of a store: read at start, kept in memory, changed one after
 * another. Thread-safe; reading does not wait for a change.
 */
final class Catalog {

  private static final byte[] FROM = {CatalogCodec.NEXT_LAYER};
  private static final byte[] TO = {CatalogCodec.SNAPSHOT + 1};

  private final MetaStore meta;
  private final Map<Long, LayerRecord> layers = new ConcurrentHashMap<>();
  private final Map<UUID, ImageRecord> images = new ConcurrentHashMap<>();
  private final Map<UUID, SubvolumeRecord> subvolumes = new ConcurrentHashMap<>();
  private final Map<UUID, SnapshotRecord> snapshots = new ConcurrentHashMap<>();
  private long nextLayer = 1;

  private Catalog(MetaStore meta) {
    this.meta = meta;
  }

  static Catalog read(MetaStore meta) throws IOException {
    Catalog catalog = new Catalog(meta);
    try (MetaCursor cursor = meta.scan(Table.CATALOG, FROM, TO)) {
      while (cursor.next()) {
        catalog.add(cursor.key(), cursor.value());
      }
    }
    return catalog;
  }

  private void add(byte[] key, byte[] value) throws IOException {
    switch (key[0]) {
      case CatalogCodec.NEXT_LAYER -> nextLayer = CatalogCodec.decodeNextLayer(value);
      case CatalogCodec.LAYER -> {
        LayerRecord layer = CatalogCodec.decodeLayer(key, value);
        layers.put(layer.number(), layer);
      }
      case CatalogCodec.IMAGE -> {
        ImageRecord image = CatalogCodec.decodeImage(key, value);
        images.put(image.info().id(), image);
      }
      case CatalogCodec.SUBVOLUME -> {
        SubvolumeRecord subvolume = StackCodec.decodeSubvolume(key, value);
        subvolumes.put(subvolume.id(), subvolume);
      }
      case CatalogCodec.SNAPSHOT -> {
        SnapshotRecord snapshot = StackCodec.decodeSnapshot(key, value);
        snapshots.put(snapshot.id(), snapshot);
      }
      default -> throw new DamagedException("The catalog has a record of an unknown kind.");
    }
  }

  LayerRecord layer(long number) throws DamagedException {
    LayerRecord layer = layers.get(number);
    if (layer == null) {
      throw new DamagedException("The catalog has no record of layer number " + number + ".");
    }
    return layer;
  }

  List<LayerRecord> layers() {
    return List.copyOf(layers.values());
  }

  Optional<ImageRecord> image(UUID id) {
    return Optional.ofNullable(images.get(id));
  }

  List<ImageRecord> images() {
    return List.copyOf(images.values());
  }

  Optional<SubvolumeRecord> subvolume(UUID id) {
    return Optional.ofNullable(subvolumes.get(id));
  }

  List<SubvolumeRecord> subvolumes() {
    return List.copyOf(subvolumes.values());
  }

  /** Those that are not being destroyed. */
  Stream<SubvolumeRecord> living() {
    return subvolumes.values().stream().filter(subvolume -> !subvolume.doomed());
  }

  SubvolumeRecord requireLiving(UUID id) throws NoSuchFileException {
    return subvolume(id)
        .filter(subvolume -> !subvolume.doomed())
        .orElseThrow(() -> new NoSuchFileException("subvolume " + id));
  }

  Optional<SnapshotRecord> snapshot(UUID id) {
    return Optional.ofNullable(snapshots.get(id));
  }

  List<SnapshotRecord> snapshotsOf(UUID subvolume) {
    return snapshots.values().stream().filter(one -> one.subvolume().equals(subvolume)).toList();
  }

  List<SnapshotRecord> snapshots() {
    return List.copyOf(snapshots.values());
  }

  /** A change, which is made of what it finds. */
  interface Change<T> {
    T apply(Edit edit) throws IOException;
  }

  /** Carries out a change alone and atomically. Nothing happens if it throws. */
  synchronized <T> T change(Change<T> change) throws IOException {
    try (MetaBatch batch = meta.batch()) {
      Edit edit = new Edit(batch);
      T result = change.apply(edit);
      meta.commit(batch);
      edit.apply();
      return result;
    }
  }

  /** Carries out a look during which nothing changes. */
  synchronized void look(Step look) throws IOException {
    look.run();
  }

  /** Returns when all changes so far survive power loss. */
  void sync() throws IOException {
    meta.sync();
  }

  /**
   * The records that one change puts and removes. It sees the catalog with its own changes to
   * layers. Not thread-safe.
   */
  final class Edit {
    private final MetaBatch batch;
    private final Map<Long, Optional<LayerRecord>> layerChanges = new ConcurrentHashMap<>();
    private final Map<UUID, Optional<ImageRecord>> imageChanges = new ConcurrentHashMap<>();
    private final Map<UUID, Optional<SubvolumeRecord>> subvolumeChanges = new ConcurrentHashMap<>();
    private final Map<UUID, Optional<SnapshotRecord>> snapshotChanges = new ConcurrentHashMap<>();
    private long next = nextLayer;

    private Edit(MetaBatch batch) {
      this.batch = batch;
    }

    /** A number that no layer has or had. */
    long newLayerNumber() {
      long number = next++;
      batch.put(Table.CATALOG, CatalogCodec.nextLayerKey(), CatalogCodec.encodeNextLayer(next));
      return number;
    }

    void put(LayerRecord layer) {
      batch.put(Table.CATALOG, CatalogCodec.layerKey(layer.number()), CatalogCodec.encode(layer));
      layerChanges.put(layer.number(), Optional.of(layer));
    }

    void removeLayer(long number) {
      batch.delete(Table.CATALOG, CatalogCodec.layerKey(number));
      layerChanges.put(number, Optional.empty());
    }

    /** One stack more holds a layer. */
    void retain(long number) throws DamagedException {
      LayerRecord layer = current(number);
      put(layer.in(layer.state(), layer.references() + 1));
    }

    /** One stack less holds a layer: with the last one it is doomed. */
    void release(long number) throws DamagedException {
      LayerRecord layer = current(number);
      int left = layer.references() - 1;
      put(layer.in(left == 0 ? LayerRecord.State.DOOMED : layer.state(), left));
    }

    void put(ImageRecord image) {
      UUID id = image.info().id();
      byte[] key = CatalogCodec.key(CatalogCodec.IMAGE, id);
      batch.put(Table.CATALOG, key, CatalogCodec.encode(image));
      imageChanges.put(id, Optional.of(image));
    }

    void removeImage(UUID id) {
      batch.delete(Table.CATALOG, CatalogCodec.key(CatalogCodec.IMAGE, id));
      imageChanges.put(id, Optional.empty());
    }

    void put(SubvolumeRecord subvolume) {
      byte[] key = CatalogCodec.key(CatalogCodec.SUBVOLUME, subvolume.id());
      batch.put(Table.CATALOG, key, StackCodec.encode(subvolume));
      subvolumeChanges.put(subvolume.id(), Optional.of(subvolume));
    }

    void removeSubvolume(UUID id) {
      batch.delete(Table.CATALOG, CatalogCodec.key(CatalogCodec.SUBVOLUME, id));
      subvolumeChanges.put(id, Optional.empty());
    }

    void put(SnapshotRecord snapshot) {
      byte[] key = CatalogCodec.key(CatalogCodec.SNAPSHOT, snapshot.id());
      batch.put(Table.CATALOG, key, StackCodec.encode(snapshot));
      snapshotChanges.put(snapshot.id(), Optional.of(snapshot));
    }

    void removeSnapshot(UUID id) {
      batch.delete(Table.CATALOG, CatalogCodec.key(CatalogCodec.SNAPSHOT, id));
      snapshotChanges.put(id, Optional.empty());
    }

    private LayerRecord current(long number) throws DamagedException {
      Optional<LayerRecord> changed = layerChanges.get(number);
      return changed != null && changed.isPresent() ? changed.get() : layer(number);
    }

    private void apply() {
      nextLayer = next;
      layerChanges.forEach((number, now) -> replace(layers, number, now));
      imageChanges.forEach((id, now) -> replace(images, id, now));
      subvolumeChanges.forEach((id, now) -> replace(subvolumes, id, now));
      snapshotChanges.forEach((id, now) -> replace(snapshots, id, now));
    }

    private static <K, V> void replace(Map<K, V> records, K key, Optional<V> now) {
      if (now.isPresent()) {
        records.put(key, now.get());
      } else {
        records.remove(key);
      }
    }
  }
}
