package ctrenc.overlay.subvolume;

import ctrenc.overlay.export.RootDescription;
import ctrenc.overlay.export.SnapshotDescription;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A snapshot that comes from elsewhere with a later one of the same subvolume, and does not show
 * yet.
 *
 * @param id fresh
 * @param owner the subvolume that comes and that it is of
 * @param levels top first
 * @param nest where it hangs in the snapshot that it is part of
 */
record EarlierSnapshot(
    UUID id,
    UUID owner,
    RootDescription description,
    List<LocalLayers.Found> levels,
    Optional<NestRecord> nest) {

  /**
   * One of those that come.
   *
   * @param owners the subvolumes that come, the root first
   * @param before the earlier snapshots that were found so far
   */
  static EarlierSnapshot found(
      SnapshotDescription one,
      List<Newcomer> owners,
      List<EarlierSnapshot> before,
      LocalLayers local)
      throws IOException {
    UUID id = UUID.randomUUID();
    Optional<NestRecord> nest =
        one.partOf() == 0
            ? Optional.empty()
            : Optional.of(
                new NestRecord(id, before.get(one.partOf() - 1).id, one.anchor(), one.place()));
    return new EarlierSnapshot(
        id, owners.get(one.of()).id(), one.snapshot(), local.find(one.snapshot()), nest);
  }

  /** As the catalog has it, with its layers by their numbers here. */
  SnapshotRecord record(List<SubvolumeRecord.Level> stack) {
    return new SnapshotRecord(id, owner, description.snapshot(), description.taken(), stack);
  }
}
