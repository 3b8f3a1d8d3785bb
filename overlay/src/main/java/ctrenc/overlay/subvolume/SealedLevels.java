package ctrenc.overlay.subvolume;

import ctrenc.overlay.export.ExtentSource;
import ctrenc.overlay.export.LayerObjects;
import ctrenc.overlay.export.StackObjects;
import ctrenc.overlay.export.TreeDescription;
import ctrenc.overlay.export.TreeObjects;
import ctrenc.overlay.segment.EnvelopeReader;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The stacks of snapshots as they are sealed, each layer with the first that has it. Not
 * thread-safe.
 */
final class SealedLevels {

  private final StackKeeping stacks;
  private final Set<Long> known;
  private final Resources open;
  private final Set<Long> done = new HashSet<>();

  /**
   * @param known layers that are left out
   * @param open takes what is to be closed
   */
  SealedLevels(StackKeeping stacks, Set<Long> known, Resources open) {
    this.stacks = stacks;
    this.known = known;
    this.open = open;
  }

  /** Those of a snapshot, and of what is nested in it, as the description has them. */
  TreeObjects of(TreeDescription tree, SentSnapshots sent) throws IOException {
    List<List<StackObjects.Level>> levels = new ArrayList<>(List.of(of(sent.top())));
    for (SentSnapshots.Part part : sent.parts()) {
      levels.add(of(part.snapshot()));
    }
    return new TreeObjects(tree, levels);
  }

  /**
   * Those of one, top first. Where some of it is left out, nothing is looked up in what lies under
   * it: the cost is that of the rest.
   */
  private List<StackObjects.Level> of(SnapshotRecord snapshot) throws IOException {
    List<LayerRecord> layers = new ArrayList<>();
    boolean isSome = false;
    for (SubvolumeRecord.Level level : snapshot.stack()) {
      LayerRecord layer = stacks.catalog().layer(level.layer());
      boolean isKnown = isSealed(layer) && known.contains(layer.number());
      isSome |= isKnown;
      if (!isKnown && (isSealed(layer) || !isSome)) {
        layers.add(layer);
      }
    }
    List<UUID> sealed =
        layers.stream().filter(SealedLevels::isSealed).map(LayerRecord::id).toList();
    Map<UUID, Instant> times = stacks.times().of(sealed, snapshot.created());
    List<StackObjects.Level> levels = new ArrayList<>();
    for (LayerRecord layer : layers) {
      levels.add(level(layer, times));
    }
    return levels;
  }

  private StackObjects.Level level(LayerRecord layer, Map<UUID, Instant> times) {
    StoreParts parts = stacks.parts();
    boolean isFirst = isSealed(layer) && done.add(layer.number());
    LayerObjects of = new LayerObjects(parts.meta(), layer.number(), layer.id(), isFirst);
    if (!isFirst) {
      return new StackObjects.Level(of, Instant.EPOCH, Optional.empty());
    }
    EnvelopeReader envelopes = open.add(parts.extents().envelopes(layer));
    ExtentSource source = new ExtentSource(parts.meta(), layer.number(), layer.id(), envelopes);
    Instant time = times.getOrDefault(layer.id(), Instant.EPOCH);
    return new StackObjects.Level(of, time, Optional.of(source));
  }

  private static boolean isSealed(LayerRecord layer) {
    return layer.kind() == LayerRecord.Kind.ENCRYPTED;
  }
}
