package ctrenc.overlay.subvolume;

import ctrenc.overlay.export.CiphertextView;
import ctrenc.overlay.export.ExtentSource;
import ctrenc.overlay.export.LayerObjects;
import ctrenc.overlay.export.RootDescription;
import ctrenc.overlay.export.StackObjects;
import ctrenc.overlay.segment.EnvelopeReader;
import ctrenc.overlay.vfs.FileSystem;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * A snapshot's objects as they are sealed, open for reading. What is removed meanwhile stays until
 * it is closed. Thread-safe.
 */
final class SealedStack implements AutoCloseable {

  private final Resources open = new Resources();
  private final RootDescription root;
  private final StackObjects objects;

  /**
   * @throws UnmovableException if it stands on a directory of this machine, or has no protectors
   */
  SealedStack(StackKeeping stacks, UUID snapshot) throws IOException {
    boolean isOpen = false;
    try {
      List<Long> layers = numbers(stacks.catalog().requireSnapshot(snapshot));
      stacks.remover().pin(layers);
      open.add(() -> stacks.remover().unpin(layers));
      SnapshotRecord pinned = stacks.catalog().requireSnapshot(snapshot);
      root = new RootDescriber(stacks, Set.of()).describe(pinned);
      objects = new StackObjects(levels(stacks, pinned));
      isOpen = true;
    } finally {
      if (!isOpen) {
        open.close();
      }
    }
  }

  private static List<Long> numbers(SnapshotRecord snapshot) {
    return snapshot.stack().stream().map(SubvolumeRecord.Level::layer).toList();
  }

  private List<StackObjects.Level> levels(StackKeeping stacks, SnapshotRecord snapshot)
      throws IOException {
    List<LayerRecord> layers = new ArrayList<>();
    for (long number : numbers(snapshot)) {
      layers.add(stacks.catalog().layer(number));
    }
    List<UUID> sealed = layers.stream().filter(SealedStack::isSealed).map(LayerRecord::id).toList();
    Map<UUID, Instant> times = stacks.times().of(sealed, snapshot.created());
    return layers.stream().map(layer -> level(stacks.parts(), layer, times)).toList();
  }

  private StackObjects.Level level(StoreParts parts, LayerRecord layer, Map<UUID, Instant> times) {
    boolean isSealed = isSealed(layer);
    LayerObjects of = new LayerObjects(parts.meta(), layer.number(), layer.id(), isSealed);
    if (!isSealed) {
      return new StackObjects.Level(of, Instant.EPOCH, Optional.empty());
    }
    EnvelopeReader envelopes = open.add(parts.extents().envelopes(layer.id()));
    ExtentSource source = new ExtentSource(parts.meta(), layer.number(), layer.id(), envelopes);
    Instant time = times.getOrDefault(layer.id(), Instant.EPOCH);
    return new StackObjects.Level(of, time, Optional.of(source));
  }

  private static boolean isSealed(LayerRecord layer) {
    return layer.kind() == LayerRecord.Kind.ENCRYPTED;
  }

  RootDescription root() {
    return root;
  }

  StackObjects objects() {
    return objects;
  }

  /** A filesystem of the same, which closes this. */
  FileSystem view() {
    return new CiphertextView(root, objects, this);
  }

  @Override
  public void close() throws IOException {
    open.close();
  }
}
