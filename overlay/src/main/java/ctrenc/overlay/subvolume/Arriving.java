package ctrenc.overlay.subvolume;

import ctrenc.overlay.export.LayerTarget;
import ctrenc.overlay.export.RootDescription;
import ctrenc.overlay.export.StreamSource;
import ctrenc.overlay.export.TransferProgress;
import ctrenc.overlay.scrub.RecordScrub;
import ctrenc.overlay.scrub.ScrubFinding;
import ctrenc.overlay.scrub.ScrubPosition;
import ctrenc.overlay.scrub.ScrubSink;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.Pace;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * One root that is being received. Its layers are being built until the whole stream is there; one
 * catalog change then makes the root, its snapshot, and the layers live. Not thread-safe.
 */
final class Arriving {

  private final StackKeeping stacks;
  private final StoreParts parts;
  private final Catalog catalog;
  private final String name;
  private final UUID id = UUID.randomUUID();

  /** Layers that came, by their UUIDs, the lowest first. */
  private final Map<UUID, LayerRecord> built = new LinkedHashMap<>();

  Arriving(StackKeeping stacks, String name) {
    this.stacks = stacks;
    this.parts = stacks.parts();
    this.catalog = stacks.catalog();
    this.name = name;
  }

  Transfers.Received receive(InputStream in, TransferProgress progress) throws IOException {
    requireFree();
    StreamSource source = new StreamSource(in, progress);
    boolean isWhole = false;
    try {
      Transfers.Received received = receive(source);
      isWhole = true;
      return received;
    } finally {
      if (!isWhole) {
        abandon();
      }
    }
  }

  private Transfers.Received receive(StreamSource source) throws IOException {
    RootDescription root = source.root();
    Keyring.decode(root.owner(), root.protectors());
    LocalLayers local = new LocalLayers(stacks);
    List<LocalLayers.Found> levels = local.find(root);
    receiveLayers(source, levels);
    parts.keySlots().write(id, root.protectors());
    stacks.arrivals().arrive(id, root.owner());
    return show(root, levels, local.image());
  }

  private void receiveLayers(StreamSource source, List<LocalLayers.Found> levels)
      throws IOException {
    List<Long> below = new ArrayList<>();
    for (LocalLayers.Found level : levels.reversed()) {
      if (level.isCarried()) {
        UUID next = source.nextLayer().orElseThrow(() -> StreamSource.unexpected(level.id()));
        if (!next.equals(level.id())) {
          throw StreamSource.unexpected(next);
        }
        if (level.number().isPresent()) {
          source.skip();
        } else {
          receive(source, level.id(), below);
        }
      }
      below.add(number(level));
    }
    Optional<UUID> more = source.nextLayer();
    if (more.isPresent()) {
      throw StreamSource.unexpected(more.get());
    }
  }

  private void receive(StreamSource source, UUID layer, List<Long> below) throws IOException {
    LayerRecord building =
        catalog.change(edit -> building(edit.newLayerNumber(), layer, edit::put));
    built.put(layer, building);
    try (LayerTarget target =
        new LayerTarget(
            parts.meta(),
            building.number(),
            layer,
            parts.extents().arriving(building.number(), layer))) {
      source.receive(target);
    }
    new RecordScrub(
            parts.meta(), building.number(), layer, below, Pace.unlimited(), new NothingWrong())
        .run();
  }

  private interface Put {
    void layer(LayerRecord layer);
  }

  private LayerRecord building(long number, UUID layer, Put put) throws UnmovableException {
    if (catalog.layers().stream().anyMatch(one -> one.id().equals(layer))) {
      throw new UnmovableException(
          "Layer " + layer + " of the root is being received or removed here; try again.");
    }
    LayerRecord made =
        new LayerRecord(
            number, layer, LayerRecord.Kind.ENCRYPTED, LayerRecord.State.BUILDING, 0, List.of());
    put.layer(made);
    return made;
  }

  private long number(LocalLayers.Found level) {
    LayerRecord came = built.get(level.id());
    return level.number().orElseGet(() -> came == null ? 0 : came.number());
  }

  /** Everything is there and durable: it shows by one change. */
  private Transfers.Received show(
      RootDescription root, List<LocalLayers.Found> levels, Optional<ImageRecord> image)
      throws IOException {
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

  private void requireFree() throws AlreadyExistsException {
    if (catalog.living().anyMatch(other -> other.name().equals(name))) {
      throw new AlreadyExistsException("There is a subvolume " + name + " already.");
    }
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
          "A layer that the stream goes on from was removed meanwhile; send the whole root.");
    }
  }

  /** Nothing stays of what did not come whole. */
  private void abandon() throws IOException {
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
          "The stream does not hold a whole root: %s: %s"
              .formatted(finding.subject(), finding.reason()));
    }

    @Override
    public void verified(ScrubPosition next, long bytes) {}

    @Override
    public void locked(UUID layer) {}
  }
}
