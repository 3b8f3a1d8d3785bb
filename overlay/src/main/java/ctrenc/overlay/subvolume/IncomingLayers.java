package ctrenc.overlay.subvolume;

import ctrenc.overlay.export.LayerTarget;
import ctrenc.overlay.export.StreamSource;
import ctrenc.overlay.extent.ArrivingExtents;
import ctrenc.overlay.scrub.RecordScrub;
import ctrenc.overlay.storage.Pace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;

/** Layers that come from elsewhere, being built until everything is there. Not thread-safe. */
final class IncomingLayers {

  private final StackKeeping stacks;
  private final StoreParts parts;
  private final Catalog catalog;

  /** By their UUIDs, in the order in which they came. */
  private final Map<UUID, LayerRecord> built = new LinkedHashMap<>();

  private final StreamKeeping kept;

  /** Layers whose records fit together. */
  private final Set<UUID> verified = new HashSet<>();

  IncomingLayers(StackKeeping stacks) {
    this.stacks = stacks;
    this.parts = stacks.parts();
    this.catalog = stacks.catalog();
    this.kept = new StreamKeeping(stacks, built);
  }

  /** What of them waits for the rest, if their stream is cut. */
  StreamKeeping kept() {
    return kept;
  }

  List<LayerRecord> built() {
    return List.copyOf(built.values());
  }

  /** Begins to build a layer, also if something of it was kept. */
  void begin(UUID layer) throws IOException {
    Optional<KeptLayers.Kept> earlier = stacks.kept().find(layer);
    if (earlier.isPresent()) {
      KeptStreams.drop(stacks, earlier.get().goesOn());
    }
    LayerRecord building =
        catalog.change(
            edit -> {
              if (catalog.layers().stream()
                  .anyMatch(one -> one.id().equals(layer) && !one.part())) {
                throw new UnmovableException(
                    "Layer "
                        + layer
                        + " of the root is being received or removed here; try again.");
              }
              return edit.newLayer(layer);
            });
    built.put(layer, building);
  }

  /** Begins to build a part of a layer, whatever the store has of that. */
  void beginPart(UUID layer) throws IOException {
    built.put(layer, catalog.change(edit -> edit.newLayer(layer, true)));
  }

  /** Takes the extents of a layer that was begun. */
  ArrivingExtents extents(UUID layer) throws IOException {
    return extents(layer, 0);
  }

  /** The number of a layer that was begun. */
  long number(UUID layer) {
    return begun(layer).number();
  }

  private LayerRecord begun(UUID layer) {
    LayerRecord building = built.get(layer);
    if (building == null) {
      throw new IllegalStateException("layer " + layer + " was not begun");
    }
    return building;
  }

  private ArrivingExtents extents(UUID layer, long last) throws IOException {
    return parts.extents().arriving(begun(layer), last);
  }

  /** Takes a layer of a stream, from its beginning or behind what was kept of it. */
  void receive(StreamSource source, StreamSource.Coming coming, boolean isKept) throws IOException {
    UUID layer = coming.layer();
    if (coming.after() == 0) {
      begin(layer);
    } else {
      goOn(coming);
    }
    try (LayerTarget target =
        new LayerTarget(
            parts.meta(),
            number(layer),
            layer,
            extents(layer, coming.after()),
            isKept ? Optional.of(last -> kept.mark(layer, last)) : Optional.empty())) {
      kept.begins(layer);
      try {
        source.receive(target);
        kept.came(layer, target.last());
      } catch (IOException | RuntimeException e) {
        if (isKept) {
          keep(layer, target, e);
        }
        throw e;
      }
    }
  }

  private void keep(UUID layer, LayerTarget target, Exception reason) {
    try {
      target.keep();
      kept.came(layer, target.last());
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
  }

  private void goOn(StreamSource.Coming coming) throws IOException {
    Predicate<KeptLayers.Kept> fits = one -> !one.isWhole() && one.last() == coming.after();
    if (kept.adopt(coming.layer(), fits).isEmpty()) {
      throw new UnmovableException(
          "The stream goes on after a part that is not here: send it from its beginning.");
    }
  }

  /** The number of a layer that came as a whole before its stream was cut. */
  Optional<Long> adoptWhole(UUID layer) throws IOException {
    LayerRecord mine = built.get(layer);
    return mine == null ? kept.adopt(layer, KeptLayers.Kept::isWhole) : Optional.of(mine.number());
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
      long number = number(level);
      if (built.containsKey(level.id()) && verified.add(level.id())) {
        Pace pace = Pace.unlimited();
        new RecordScrub(parts.meta(), number, level.id(), below, pace, new NothingWrong()).run();
      }
      below.add(number);
    }
  }

  /** Nothing stays of those. */
  void leaveOut(Set<UUID> unused) throws IOException {
    for (UUID layer : unused) {
      if (built.containsKey(layer)) {
        stacks.remover().remove(built.remove(layer));
      }
    }
  }

  /** Nothing stays of what was not kept. */
  void remove() throws IOException {
    for (LayerRecord layer : built.values()) {
      kept.forget(layer.id());
      stacks.remover().remove(layer);
    }
  }
}
