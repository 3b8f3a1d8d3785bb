package ctrenc.overlay.subvolume;

import ctrenc.overlay.storage.DamagedException;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the catalog holds, by kind. Maps are thread-safe and shared with the catalog.
 *
 * @param nextLayer the first layer number that was never given
 */
record CatalogRecords(
    Map<Long, LayerRecord> layers,
    Map<UUID, ImageRecord> images,
    Map<UUID, SubvolumeRecord> subvolumes,
    Map<UUID, SnapshotRecord> snapshots,
    Map<UUID, FlattenRecord> flattens,
    long nextLayer) {

  static CatalogRecords none() {
    return new CatalogRecords(
        new ConcurrentHashMap<>(),
        new ConcurrentHashMap<>(),
        new ConcurrentHashMap<>(),
        new ConcurrentHashMap<>(),
        new ConcurrentHashMap<>(),
        1);
  }

  /** The same with another number. */
  CatalogRecords with(long next) {
    return new CatalogRecords(layers, images, subvolumes, snapshots, flattens, next);
  }

  static DamagedException unknown(long number) {
    return new DamagedException("The catalog has no record of layer number " + number + ".");
  }
}
