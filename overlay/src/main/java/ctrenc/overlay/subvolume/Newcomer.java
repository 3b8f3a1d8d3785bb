package ctrenc.overlay.subvolume;

import ctrenc.overlay.export.NestedDescription;
import ctrenc.overlay.export.RootDescription;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A subvolume that comes from elsewhere, and does not show yet.
 *
 * @param id fresh: the one it had is its owner's, to whom its keys are bound
 * @param levels top first
 * @param image that it stands on
 * @param nest where it hangs, of a nested one
 */
record Newcomer(
    UUID id,
    String name,
    RootDescription description,
    List<LocalLayers.Found> levels,
    Optional<ImageRecord> image,
    Optional<NestRecord> nest) {

  /** One that hangs in another one that comes. */
  static Newcomer nested(NestedDescription nested, UUID parent, LocalLayers local)
      throws IOException {
    UUID id = UUID.randomUUID();
    NestRecord nest = new NestRecord(id, parent, nested.anchor(), nested.place());
    return found(id, id.toString(), nested.subvolume(), local, Optional.of(nest));
  }

  static Newcomer root(UUID id, String name, RootDescription root, LocalLayers local)
      throws IOException {
    return found(id, name, root, local, Optional.empty());
  }

  private static Newcomer found(
      UUID id,
      String name,
      RootDescription description,
      LocalLayers local,
      Optional<NestRecord> nest)
      throws IOException {
    List<LocalLayers.Found> levels = local.find(description);
    return new Newcomer(id, name, description, levels, local.image(), nest);
  }

  /** As the catalog has it, with its layers by their numbers here. */
  SubvolumeRecord subvolume(List<SubvolumeRecord.Level> stack) {
    Base base = image.<Base>map(one -> new Base.Image(one.info().id())).orElseGet(Base.Empty::new);
    return new SubvolumeRecord(id, name, base, Instant.now(), false, false, stack);
  }

  SnapshotRecord snapshot(UUID snapshot, List<SubvolumeRecord.Level> stack) {
    return new SnapshotRecord(snapshot, id, description.snapshot(), description.taken(), stack);
  }
}
