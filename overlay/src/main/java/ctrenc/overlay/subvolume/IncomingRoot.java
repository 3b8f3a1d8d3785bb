package ctrenc.overlay.subvolume;

import ctrenc.overlay.export.RootDescription;
import ctrenc.overlay.extent.ArrivingExtents;
import ctrenc.overlay.scrub.RecordScrub;
import ctrenc.overlay.scrub.ScrubFinding;
import ctrenc.overlay.scrub.ScrubPosition;
import ctrenc.overlay.scrub.ScrubSink;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.Pace;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A root that is made of what comes from elsewhere. Its layers are being built until everything is
 * there; one catalog change then makes the root, its snapshot, and the layers live. Not
 * thread-safe.
 */
final class IncomingRoot {

  private final StackKeeping stacks;
  private final StoreParts parts;
  private final Catalog catalog;
  private final String name;
  private final UUID id = UUID.randomUUID();

  /** Layers that came, by their UUIDs. */
  private final Map<UUID, LayerRecord> built = new LinkedHashMap<>();

  IncomingRoot(StackKeeping stacks, String name) {
    this.stacks = stacks;
    this.parts = stacks.parts();
    this.catalog = stacks.catalog();
    this.name = name;
  }

  void requireFree() throws AlreadyExistsException {
    if (catalog.living().anyMatch(other -> other.name().equals(name))) {
      throw new AlreadyExistsException("There is a subvolume " + name + " already.");
    }
  }

  /** Begins to build a layer; its number. */
  long begin(UUID layer) throws IOException {
    LayerRecord building =
        catalog.change(
            edit -> {
              if (catalog.layers().stream().anyMatch(one -> one.id().equals(layer))) {
                throw new UnmovableException(
                    "Layer "
                        + layer
                        + " of the root is being received or removed here; try again.");
              }
              LayerRecord made =
                  new LayerRecord(
                      edit.newLayerNumber(),
                      layer,
                      LayerRecord.Kind.ENCRYPTED,
                      LayerRecord.State.BUILDING,
                      0,
                      List.of());
              edit.put(made);
              return made;
            });
    built.put(layer, building);
    return building.number();
  }

  /** Takes the extents of a layer that was begun. */
  ArrivingExtents extents(UUID layer) throws IOException {
    LayerRecord building = built.get(layer);
    if (building == null) {
      throw new IllegalStateException("layer " + layer + " was not begun");
    }
    return parts.extents().arriving(building.number(), layer);
  }

  /** A level's number in this store, be it from before or new. */
  long number(LocalLayers.Found level) {
    LayerRecord came = built.get(level.id());
    return level.number().orElseGet(() -> came == null ? 0 : came.number());
  }

  /**
   * Refuses what came if it does not fit together.
   *
   * @param levels top first
   */
  void verify(List<LocalLayers.Found> levels) throws IOException {
    List<Long> below = new ArrayList<>();
    for (LocalLayers.Found level : levels.reversed()) {
      if (built.containsKey(level.id())) {
        new RecordScrub(
                parts.meta(),
                number(level),
                level.id(),
                below,
                Pace.unlimited(),
                new NothingWrong())
            .run();
      }
      below.add(number(level));
    }
  }

  /** Everything is there: it is made durable, and shows by one change. */
  Transfers.Received show(
      RootDescription root, List<LocalLayers.Found> levels, Optional<ImageRecord> image)
      throws IOException {
    parts.keySlots().write(id, root.protectors());
    stacks.arrivals().arrive(id, root.owner());
    List<SubvolumeRecord.Level> stack =
        levels.stream()
            .map(level -> new SubvolumeRecord.Level(number(level), level.wrappedKey()))
            .toList();
    Base base = image.<Base>map(one -> new Base.Image(one.info().id())).orElseGet(Base.Empty::new);
    SubvolumeRecord made = new SubvolumeRecord(id, name, base, Instant.now(), false, false, stack);
    SnapshotRecord snapshot =
        new SnapshotRecord(UUID.randomUUID(), id, root.snapshot(), root.taken(), stack);
    list(made, snapshot);
    SubvolumeInfo info = new SubvolumeInfo(id, name, base, false, false, made.created());
    SnapshotInfo kept = new SnapshotInfo(snapshot.id(), id, snapshot.name(), snapshot.created());
    return new Transfers.Received(info, root.name(), kept, image.map(ImageRecord::info));
  }

  /** Everything that was stored is durable first. */
  private void list(SubvolumeRecord made, SnapshotRecord snapshot) throws IOException {
    parts.meta().sync();
    catalog.change(
        edit -> {
          requireFree();
          for (LayerRecord layer : built.values()) {
            edit.put(layer.in(LayerRecord.State.LIVE, 0));
          }
          for (SubvolumeRecord.Level level : made.stack()) {
            requireThere(level.layer());
            edit.retain(level.layer());
            edit.retain(level.layer());
          }
          edit.put(made);
          edit.put(snapshot);
          return made;
        });
    catalog.sync();
  }

  /** What was found at the beginning may have been removed meanwhile. */
  private void requireThere(long number) throws UnmovableException {
    boolean isThere =
        catalog.layers().stream()
            .filter(layer -> layer.number() == number)
            .anyMatch(layer -> layer.state() != LayerRecord.State.DOOMED);
    if (!isThere) {
      throw new UnmovableException(
          "A layer that the root stands on was removed meanwhile; send the whole root.");
    }
  }

  /** Nothing stays of what did not come whole. */
  void abandon() throws IOException {
    parts.keySlots().erase(id);
    stacks.arrivals().forget(id);
    if (catalog.subvolume(id).isEmpty()) {
      for (LayerRecord layer : built.values()) {
        stacks.remover().remove(layer);
      }
    }
  }

  /** A layer whose records do not fit together is not taken. */
  private static final class NothingWrong implements ScrubSink {

    @Override
    public void found(ScrubFinding finding) throws DamagedException {
      throw new DamagedException(
          "What came is not a whole root: %s: %s".formatted(finding.subject(), finding.reason()));
    }

    @Override
    public void verified(ScrubPosition next, long bytes) {}

    @Override
    public void locked(UUID layer) {}
  }
}
