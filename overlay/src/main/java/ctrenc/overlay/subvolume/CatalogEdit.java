package ctrenc.overlay.subvolume;

import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.storage.DamagedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/**
 * The records that one change puts and removes. It sees the catalog with its own changes to layers.
 * Not thread-safe.
 */
final class CatalogEdit {

  private final MetaBatch batch;
  private final Pending<Long, LayerRecord> layerChanges;
  private final Pending<UUID, ImageRecord> imageChanges;
  private final Pending<UUID, SubvolumeRecord> subvolumeChanges;
  private final Pending<UUID, SnapshotRecord> snapshotChanges;
  private final Pending<UUID, FlattenRecord> flattenChanges;
  private final List<Runnable> others = new ArrayList<>(0);
  private long next;

  CatalogEdit(MetaBatch batch, CatalogRecords records) {
    this.batch = batch;
    this.next = records.nextLayer();
    layerChanges =
        new Pending<>(
            batch, records.layers(), CatalogCodec::layerKey, one -> CatalogCodec.encode(one));
    imageChanges = changes(CatalogCodec.IMAGE, records.images(), one -> CatalogCodec.encode(one));
    subvolumeChanges =
        changes(CatalogCodec.SUBVOLUME, records.subvolumes(), one -> StackCodec.encode(one));
    snapshotChanges =
        changes(CatalogCodec.SNAPSHOT, records.snapshots(), one -> StackCodec.encode(one));
    flattenChanges = changes(CatalogCodec.FLATTEN, records.flattens(), FlattenCodec::encode);
  }

  private <V> Pending<UUID, V> changes(
      byte kind, Map<UUID, V> records, Function<V, byte[]> values) {
    return new Pending<>(batch, records, id -> CatalogCodec.key(kind, id), values);
  }

  /** A number that no layer has or had. */
  long newLayerNumber() {
    long number = next++;
    batch.put(Table.CATALOG, CatalogCodec.nextLayerKey(), CatalogCodec.encodeNextLayer(next));
    return number;
  }

  /** An encrypted layer that is to be built; no stack holds it yet. */
  LayerRecord newLayer(UUID id) {
    return newLayer(id, false);
  }

  /**
   * The same.
   *
   * @param isPart not all of it is going to be here
   */
  LayerRecord newLayer(UUID id, boolean isPart) {
    LayerRecord layer =
        new LayerRecord(
            newLayerNumber(),
            id,
            LayerRecord.Kind.ENCRYPTED,
            LayerRecord.State.BUILDING,
            0,
            List.of(),
            isPart);
    put(layer);
    return layer;
  }

  void put(LayerRecord layer) {
    layerChanges.put(layer.number(), layer);
  }

  void removeLayer(long number) {
    layerChanges.remove(number);
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
    imageChanges.put(image.info().id(), image);
  }

  void removeImage(UUID id) {
    imageChanges.remove(id);
  }

  void put(SubvolumeRecord subvolume) {
    subvolumeChanges.put(subvolume.id(), subvolume);
  }

  void removeSubvolume(UUID id) {
    subvolumeChanges.remove(id);
  }

  void put(SnapshotRecord snapshot) {
    snapshotChanges.put(snapshot.id(), snapshot);
  }

  void removeSnapshot(UUID id) {
    snapshotChanges.remove(id);
  }

  void put(FlattenRecord flatten) {
    flattenChanges.put(flatten.subvolume(), flatten);
  }

  /** Forgets a flattening; the layer that it was building is doomed. */
  void removeFlatten(FlattenRecord flatten) throws DamagedException {
    flattenChanges.remove(flatten.subvolume());
    put(current(flatten.target().layer()).in(LayerRecord.State.DOOMED, 0));
  }

  /** A flattening is done: the layer that it built is in a stack now. */
  void finish(FlattenRecord flatten) throws DamagedException {
    flattenChanges.remove(flatten.subvolume());
    put(current(flatten.target().layer()).in(LayerRecord.State.LIVE, 1));
  }

  /** Puts a record of somebody else; once it is there, {@code applied} tells him. */
  void put(byte[] key, byte[] value, Runnable applied) {
    batch.put(Table.CATALOG, key, value);
    others.add(applied);
  }

  void remove(byte[] key, Runnable applied) {
    batch.delete(Table.CATALOG, key);
    others.add(applied);
  }

  private LayerRecord current(long number) throws DamagedException {
    return layerChanges.find(number).orElseThrow(() -> CatalogRecords.unknown(number));
  }

  /**
   * Makes the change what the catalog says, after its batch was committed; returns the first layer
   * number to give.
   */
  long apply() {
    layerChanges.apply();
    imageChanges.apply();
    subvolumeChanges.apply();
    snapshotChanges.apply();
    flattenChanges.apply();
    others.forEach(Runnable::run);
    return next;
  }
}
