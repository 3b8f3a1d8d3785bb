package ctrenc.overlay.subvolume;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * What the catalog says of a snapshot.
 *
 * @param subvolume whose frozen stack it is, and whose KEK wraps its layers' keys
 * @param name unique among the snapshots of its subvolume
 * @param stack its layers, top first; none of them grows
 */
record SnapshotRecord(
    UUID id, UUID subvolume, String name, Instant created, List<SubvolumeRecord.Level> stack) {

  /** The same, of these layers. */
  SnapshotRecord on(List<SubvolumeRecord.Level> layers) {
    return new SnapshotRecord(id, subvolume, name, created, layers);
  }
}
