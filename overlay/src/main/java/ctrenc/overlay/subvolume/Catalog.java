package ctrenc.overlay.subvolume;

import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.storage.DamagedException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * All images, subvolumes and layers of a store: read at start, kept in memory, changed one after
 * another. Thread-safe; reading does not wait for a change.
 */
final class Catalog {

  private static final byte[] FROM = {CatalogCodec.NEXT_LAYER};
  private static final byte[] TO = {CatalogCodec.FLATTEN + 1};

  private final MetaStore meta;
  private volatile CatalogRecords records = CatalogRecords.none();

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
      case CatalogCodec.NEXT_LAYER -> records = records.with(CatalogCodec.decodeNextLayer(value));
      case CatalogCodec.LAYER -> {
        LayerRecord layer = CatalogCodec.decodeLayer(key, value);
        records.layers().put(layer.number(), layer);
      }
      case CatalogCodec.IMAGE -> {
        ImageRecord image = CatalogCodec.decodeImage(key, value);
        records.images().put(image.info().id(), image);
      }
      case CatalogCodec.SUBVOLUME -> {
        SubvolumeRecord subvolume = StackCodec.decodeSubvolume(key, value);
        records.subvolumes().put(subvolume.id(), subvolume);
      }
      case CatalogCodec.SNAPSHOT -> {
        SnapshotRecord snapshot = StackCodec.decodeSnapshot(key, value);
        records.snapshots().put(snapshot.id(), snapshot);
      }
      case CatalogCodec.FLATTEN -> {
        FlattenRecord flatten = FlattenCodec.decode(key, value);
        records.flattens().put(flatten.subvolume(), flatten);
      }
      default -> throw new DamagedException("The catalog has a record of an unknown kind.");
    }
  }

  LayerRecord layer(long number) throws DamagedException {
    return find(number).orElseThrow(() -> CatalogRecords.unknown(number));
  }

  /** The record of a layer that somebody else may have removed meanwhile. */
  Optional<LayerRecord> find(long number) {
    return Optional.ofNullable(records.layers().get(number));
  }

  List<LayerRecord> layers() {
    return List.copyOf(records.layers().values());
  }

  Optional<ImageRecord> image(UUID id) {
    return Optional.ofNullable(records.images().get(id));
  }

  List<ImageRecord> images() {
    return List.copyOf(records.images().values());
  }

  Optional<SubvolumeRecord> subvolume(UUID id) {
    return Optional.ofNullable(records.subvolumes().get(id));
  }

  List<SubvolumeRecord> subvolumes() {
    return List.copyOf(records.subvolumes().values());
  }

  /** Those that are not being destroyed. */
  Stream<SubvolumeRecord> living() {
    return records.subvolumes().values().stream().filter(subvolume -> !subvolume.doomed());
  }

  SubvolumeRecord requireLiving(UUID id) throws NoSuchFileException {
    return subvolume(id)
        .filter(subvolume -> !subvolume.doomed())
        .orElseThrow(() -> new NoSuchFileException("subvolume " + id));
  }

  Optional<SnapshotRecord> snapshot(UUID id) {
    return Optional.ofNullable(records.snapshots().get(id));
  }

  SnapshotRecord requireSnapshot(UUID id) throws NoSuchFileException {
    return snapshot(id).orElseThrow(() -> new NoSuchFileException("snapshot " + id));
  }

  List<SnapshotRecord> snapshotsOf(UUID subvolume) {
    return records.snapshots().values().stream()
        .filter(one -> one.subvolume().equals(subvolume))
        .toList();
  }

  List<SnapshotRecord> snapshots() {
    return List.copyOf(records.snapshots().values());
  }

  Optional<FlattenRecord> flatten(UUID subvolume) {
    return Optional.ofNullable(records.flattens().get(subvolume));
  }

  List<FlattenRecord> flattens() {
    return List.copyOf(records.flattens().values());
  }

  /** A change, which is made of what it finds. */
  interface Change<T> {
    T apply(CatalogEdit edit) throws IOException;
  }

  /** Carries out a change alone and atomically. Nothing happens if it throws. */
  synchronized <T> T change(Change<T> change) throws IOException {
    try (MetaBatch batch = meta.batch()) {
      CatalogEdit edit = new CatalogEdit(batch, records);
      T result = change.apply(edit);
      meta.commit(batch);
      records = records.with(edit.apply());
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

  /** The image of a name; whoever is inside a container is told of no image but by its name. */
  UUID imageNamed(String name) throws NoSuchFileException {
    return images().stream()
        .map(ImageRecord::info)
        .filter(image -> image.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new NoSuchFileException("image " + name))
        .id();
  }
}
