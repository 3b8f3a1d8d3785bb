package ctrenc.overlay.subvolume;

import ctrenc.overlay.export.Backup;
import ctrenc.overlay.export.ExtentSource;
import ctrenc.overlay.export.LayerObjects;
import ctrenc.overlay.export.LayerSource;
import ctrenc.overlay.export.Restore;
import ctrenc.overlay.export.RootDescription;
import ctrenc.overlay.export.StreamSink;
import ctrenc.overlay.export.TransferProgress;
import ctrenc.overlay.extent.PlaceRecord;
import ctrenc.overlay.extent.PlaceScan;
import ctrenc.overlay.segment.EnvelopeReader;
import ctrenc.overlay.storage.Pace;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/** Sends the snapshots in a store's catalog, and receives others. Thread-safe. */
final class StoredTransfers implements Transfers {

  private static final int ARCHIVE_PIECE = 256 << 10;

  private final StackKeeping stacks;
  private final StoreParts parts;
  private final Catalog catalog;

  StoredTransfers(StackKeeping stacks) {
    this.stacks = stacks;
    this.parts = stacks.parts();
    this.catalog = stacks.catalog();
  }

  @Override
  public SnapshotInfo freeze(UUID subvolume, String name) throws IOException {
    CatalogNames.check(name);
    synchronized (stacks.open().guard(subvolume)) {
      SubvolumeRecord owner = catalog.requireLiving(subvolume);
      if (stacks.open().find(subvolume).isPresent()) {
        throw new InUseException("Subvolume " + owner.name() + " is in use; snapshot it.");
      }
      if (catalog.snapshotsOf(subvolume).stream().anyMatch(one -> one.name().equals(name))) {
        throw new AlreadyExistsException("There is a snapshot " + name + " already.");
      }
      // Before the snapshot is there: a crash between the two costs one more layer.
      stacks.arrivals().setFrozen(subvolume, true);
      SnapshotRecord made =
          new SnapshotRecord(UUID.randomUUID(), subvolume, name, Instant.now(), owner.stack());
      catalog.change(
          edit -> {
            for (SubvolumeRecord.Level level : made.stack()) {
              edit.retain(level.layer());
            }
            edit.put(made);
            return made;
          });
      catalog.sync();
      return new SnapshotInfo(made.id(), subvolume, name, made.created());
    }
  }

  @Override
  public long bytesToSend(UUID snapshot, Optional<UUID> since) throws IOException {
    Set<Long> known = known(since);
    AtomicLong sum = new AtomicLong();
    for (SubvolumeRecord.Level level : require(snapshot).stack()) {
      if (!known.contains(level.layer())) {
        PlaceScan.walk(
            parts.meta(),
            level.layer(),
            0,
            (extent, stored) ->
                sum.addAndGet(PlaceRecord.decode(stored, "extent " + extent).place().length()));
      }
    }
    return sum.get();
  }

  @Override
  public void send(
      UUID id, Optional<UUID> since, Pace pace, WritableByteChannel out, TransferProgress progress)
      throws IOException {
    pinned(
        id,
        snapshot -> {
          Set<Long> known = known(since);
          RootDescription root = describe(snapshot, known);
          try (StreamSink sink = new StreamSink(out, pace, progress)) {
            sink.root(root);
            for (SubvolumeRecord.Level level : snapshot.stack().reversed()) {
              LayerRecord layer = catalog.layer(level.layer());
              if (layer.kind() == LayerRecord.Kind.ENCRYPTED && !known.contains(layer.number())) {
                send(layer, sink);
              }
            }
            sink.end();
          }
        });
  }

  /** Moves a snapshot out. */
  private interface Moving {
    void move(SnapshotRecord snapshot) throws IOException;
  }

  /** What is removed meanwhile stays until it is done. */
  private void pinned(UUID id, Moving moving) throws IOException {
    SnapshotRecord snapshot = require(id);
    List<Long> layers = snapshot.stack().stream().map(SubvolumeRecord.Level::layer).toList();
    stacks.remover().pin(layers);
    try {
      moving.move(require(id));
    } finally {
      stacks.remover().unpin(layers);
    }
  }

  @Override
  public void backup(UUID id, Pace pace, WritableByteChannel out, TransferProgress progress)
      throws IOException {
    pinned(
        id,
        snapshot -> {
          RootDescription root = describe(snapshot, Set.of());
          List<LayerObjects> layers = new ArrayList<>();
          Map<Long, ExtentSource> extents = new HashMap<>();
          try (Resources open = new Resources()) {
            for (SubvolumeRecord.Level level : snapshot.stack()) {
              LayerRecord layer = catalog.layer(level.layer());
              boolean isSealed = layer.kind() == LayerRecord.Kind.ENCRYPTED;
              layers.add(new LayerObjects(parts.meta(), layer.number(), layer.id(), isSealed));
              if (isSealed) {
                EnvelopeReader envelopes = open.add(parts.extents().envelopes(layer.id()));
                extents.put(
                    layer.number(),
                    new ExtentSource(parts.meta(), layer.number(), layer.id(), envelopes));
              }
            }
            OutputStream stream =
                new BufferedOutputStream(Channels.newOutputStream(out), ARCHIVE_PIECE);
            new Backup(layers, extents).write(root, stream, pace, progress);
          }
        });
  }

  private void send(LayerRecord layer, StreamSink sink) throws IOException {
    try (EnvelopeReader envelopes = parts.extents().envelopes(layer.id())) {
      sink.layer(new LayerSource(parts.meta(), layer.number(), layer.id(), envelopes));
    }
  }

  private RootDescription describe(SnapshotRecord snapshot, Set<Long> known) throws IOException {
    SubvolumeRecord owner = catalog.requireLiving(snapshot.subvolume());
    if (owner.throwaway()) {
      throw new UnmovableException(
          "The root's key is in memory alone, and nothing would open it elsewhere: fork it with"
              + " --keep, and send that.");
    }
    List<RootDescription.Level> levels = new ArrayList<>();
    for (SubvolumeRecord.Level level : snapshot.stack()) {
      levels.add(describe(level, known));
    }
    return new RootDescription(
        stacks.arrivals().owner(owner.id()),
        owner.name(),
        snapshot.name(),
        snapshot.created(),
        imageName(owner),
        parts.keySlots().read(owner.id()),
        List.copyOf(levels));
  }

  private RootDescription.Level describe(SubvolumeRecord.Level level, Set<Long> known)
      throws IOException {
    LayerRecord layer = catalog.layer(level.layer());
    return switch (layer.kind()) {
      case HOST_TREE ->
          throw new UnmovableException(
              "The root stands on the directory "
                  + layer.trees().getFirst()
                  + " of this machine, which is not sent: only roots on an image, or on nothing, can be.");
      case SHARED_TREES ->
          throw new UnmovableException(
              "The root stands on layers that containerd keeps, which are not sent: only roots on an image, or on nothing, can be.");
      case IMAGE_TREES -> new RootDescription.Level.Plain(stacks.identities().of(layer));
      case ENCRYPTED ->
          known.contains(layer.number())
              ? new RootDescription.Level.Known(layer.id(), level.wrappedKey())
              : new RootDescription.Level.Carried(layer.id(), level.wrappedKey());
    };
  }

  private Optional<RootDescription.ImageName> imageName(SubvolumeRecord owner) {
    return owner.base() instanceof Base.Image(UUID image)
        ? catalog
            .image(image)
            .map(ImageRecord::info)
            .map(info -> new RootDescription.ImageName(info.name(), info.digest()))
        : Optional.empty();
  }

  private Set<Long> known(Optional<UUID> since) throws NoSuchFileException {
    Set<Long> known = new HashSet<>();
    if (since.isPresent()) {
      require(since.get()).stack().forEach(level -> known.add(level.layer()));
    }
    return known;
  }

  private SnapshotRecord require(UUID id) throws NoSuchFileException {
    return catalog.snapshot(id).orElseThrow(() -> new NoSuchFileException("snapshot " + id));
  }

  @Override
  public Received receive(String name, ReadableByteChannel in, TransferProgress progress)
      throws IOException {
    CatalogNames.check(name);
    return new Arriving(stacks, name).receive(in, progress);
  }

  @Override
  public Received restore(
      String name, ReadableByteChannel in, Restore.Wanted wanted, TransferProgress progress)
      throws IOException {
    CatalogNames.check(name);
    return new Restoring(stacks, name).restore(in, wanted, progress);
  }
}
