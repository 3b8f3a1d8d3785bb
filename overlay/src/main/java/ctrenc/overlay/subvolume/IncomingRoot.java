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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

  /** Layers whose records fit together. */
  private final Set<UUID> verified = new HashSet<>();

  /** Those whose key files may be there. */
  private final List<UUID> showing = new ArrayList<>(1);

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
      if (built.containsKey(level.id()) && verified.add(level.id())) {
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

  /** The root itself, of which everything is here that does not come. */
  Newcomer root(RootDescription root, LocalLayers local) throws IOException {
    return Newcomer.root(id, name, root, local);
  }

  /**
   * Everything is there: it is made durable, and shows by one change.
   *
   * @param newcomers the root, then those that are nested in it, each after what it hangs in
   */
  Transfers.Received show(List<Newcomer> newcomers) throws IOException {
    for (Newcomer one : newcomers) {
      showing.add(one.id());
      parts.keySlots().write(one.id(), one.description().protectors());
      stacks.arrivals().arrive(one.id(), one.description().owner());
    }
    FreshIds snapshots = new FreshIds();
    list(newcomers, snapshots);
    Newcomer top = newcomers.getFirst();
    SubvolumeRecord made = catalog.requireLiving(id);
    SubvolumeInfo info = new SubvolumeInfo(id, name, made.base(), false, false, made.created());
    RootDescription root = top.description();
    SnapshotInfo kept = new SnapshotInfo(snapshots.of(id), id, root.snapshot(), root.taken());
    return new Transfers.Received(
        info, root.name(), kept, top.image().map(ImageRecord::info), newcomers.size() - 1);
  }

  /** Everything that was stored is durable first. */
  private void list(List<Newcomer> newcomers, FreshIds snapshots) throws IOException {
    parts.meta().sync();
    catalog.change(
        edit -> {
          requireFree();
          for (LayerRecord layer : built.values()) {
            edit.put(layer.in(LayerRecord.State.LIVE, 0));
          }
          for (Newcomer one : newcomers) {
            list(edit, one, snapshots);
          }
          return newcomers;
        });
    catalog.sync();
  }

  private void list(CatalogEdit edit, Newcomer one, FreshIds snapshots) throws IOException {
    List<SubvolumeRecord.Level> stack =
        one.levels().stream()
            .map(level -> new SubvolumeRecord.Level(number(level), level.wrappedKey()))
            .toList();
    for (SubvolumeRecord.Level level : stack) {
      requireThere(level.layer());
      edit.retain(level.layer());
      edit.retain(level.layer());
    }
    edit.put(one.subvolume(stack));
    SnapshotRecord snapshot = one.snapshot(snapshots.of(one.id()), stack);
    edit.put(snapshot);
    if (one.nest().isPresent()) {
      NestRecord nest = one.nest().get();
      stacks.tools().nests().put(edit, nest);
      stacks.tools().nests().putPart(edit, nest.as(snapshot.id(), snapshots.of(nest.parent())));
    }
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
    for (UUID one : showing) {
      parts.keySlots().erase(one);
      stacks.arrivals().forget(one);
    }
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
