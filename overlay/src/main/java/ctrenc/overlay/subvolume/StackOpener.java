package ctrenc.overlay.subvolume;

import ctrenc.overlay.audit.Finding;
import ctrenc.overlay.layer.AbsentUpper;
import ctrenc.overlay.layer.KeylessLayer;
import ctrenc.overlay.layer.Layer;
import ctrenc.overlay.layer.UpperLayer;
import ctrenc.overlay.ring.MemoryPart;
import ctrenc.overlay.storage.KeyLostException;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.FileSystemStatus;
import ctrenc.overlay.union.OverlayFileSystem;
import ctrenc.overlay.union.UnionOptions;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.FileSystemUsage;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the layers of a subvolume's stack and makes a filesystem of them. Thread-safe. */
final class StackOpener {

  private static final Logger LOG = LoggerFactory.getLogger(StackOpener.class);

  private final StoreParts parts;
  private final Catalog catalog;
  private final Keyring keyring;
  private final LayerPool pool;
  private final Thaw thaw;

  StackOpener(
      StoreParts parts, Catalog catalog, Keyring keyring, LayerPool pool, Arrivals arrivals) {
    this.thaw = new Thaw(catalog, keyring, arrivals);
    this.parts = parts;
    this.catalog = catalog;
    this.keyring = keyring;
    this.pool = pool;
  }

  /**
   * Opens a subvolume, whose first layer grows.
   *
   * @param closed runs when the filesystem is closed, before its layers are
   */
  OpenStack open(SubvolumeRecord listed, Optional<MemoryPart> memory, Runnable closed)
      throws IOException {
    SubvolumeRecord subvolume = thaw.thawed(listed, isUpperLost(listed));
    return open(
        subvolume.id(),
        subvolume.stack(),
        (layers, whenClosed) -> {
          if (!(layers.getFirst() instanceof UpperLayer upper)) {
            throw new IllegalStateException("the top of " + subvolume.id() + " is no upper layer");
          }
          UnionOptions options = options(closed, whenClosed).with(memory);
          return union(upper, layers.subList(1, layers.size()), options);
        });
  }

  /** Opens a snapshot for reading. */
  OpenStack open(SnapshotRecord snapshot, Optional<MemoryPart> memory, Runnable closed)
      throws IOException {
    return open(
        snapshot.subvolume(),
        snapshot.stack(),
        (layers, whenClosed) ->
            union(
                new AbsentUpper(), layers, options(closed, whenClosed).forReading().with(memory)));
  }

  private OpenStack open(UUID keyOwner, List<SubvolumeRecord.Level> levels, Union union)
      throws IOException {
    OpenStack opened = new OpenStack();
    try {
      Acquired acquired = acquireReadable(keyOwner, levels, opened::add);
      opened.setFileSystem(union.of(acquired.layers(), () -> releaseAll(opened.release())));
      return opened;
    } catch (IOException | RuntimeException e) {
      releaseAll(opened.release());
      throw e;
    }
  }

  /**
   * Layers in use, top first.
   *
   * @param ceiling the first inode number that none of them uses
   */
  record Acquired(List<Layer> layers, long ceiling) {}

  /**
   * Acquires neighbouring layers down to the last of a stack, each numbered from the ceiling of
   * those under it.
   *
   * @param held takes the number of each that was acquired, also if a later one cannot be
   */
  Acquired acquireAll(UUID keyOwner, List<SubvolumeRecord.Level> levels, LongConsumer held)
      throws IOException {
    return acquire(
        levels,
        (level, floor) -> {
          Layer layer = acquire(keyOwner, level, floor);
          held.accept(level.layer());
          return layer;
        });
  }

  /** The same with {@link KeylessLayer}s, which nobody gives back, for those whose key is lost. */
  Acquired acquireReadable(UUID keyOwner, List<SubvolumeRecord.Level> levels, LongConsumer held)
      throws IOException {
    return acquire(
        levels,
        (level, floor) -> {
          try {
            Layer layer = acquire(keyOwner, level, floor);
            held.accept(level.layer());
            return layer;
          } catch (KeyLostException e) {
            return keyless(level, floor, e);
          }
        });
  }

  /** Acquires one layer on those with numbers below {@code floor}. */
  private interface Acquiring {
    Layer acquire(SubvolumeRecord.Level level, long floor) throws IOException;
  }

  private static Acquired acquire(List<SubvolumeRecord.Level> levels, Acquiring acquiring)
      throws IOException {
    List<Layer> layers = new ArrayList<>();
    long ceiling = FileSystem.ROOT + 1;
    for (SubvolumeRecord.Level level : levels.reversed()) {
      Layer layer = acquiring.acquire(level, ceiling);
      layers.addFirst(layer);
      ceiling = Math.max(ceiling, layer.inodeCeiling());
    }
    return new Acquired(layers, ceiling);
  }

  private Layer keyless(SubvolumeRecord.Level level, long floor, KeyLostException reason)
      throws IOException {
    LayerRecord layer = catalog.layer(level.layer());
    Map<String, String> facts =
        Map.of("layer", layer.id().toString(), "what", String.valueOf(reason.getMessage()));
    parts.audit().report(new Finding(Finding.Kind.MISSING, "layer key", facts));
    return KeylessLayer.open(parts.place(layer.number()), layer.id(), floor);
  }

  /** Whether the layer that should grow cannot: a fresh one goes on top of it then. */
  private boolean isUpperLost(SubvolumeRecord subvolume) throws IOException {
    SubvolumeRecord.Level upper = subvolume.stack().getFirst();
    UUID layer = catalog.layer(upper.layer()).id();
    try {
      keyring.layerKey(subvolume.id(), layer, upper.wrappedKey()).close();
      return false;
    } catch (KeyLostException e) {
      return true;
    }
  }

  /** Acquires a layer whose key the subvolume {@code keyOwner} can unwrap. */
  Layer acquire(UUID keyOwner, SubvolumeRecord.Level level, long floor) throws IOException {
    LayerRecord layer = catalog.layer(level.layer());
    return pool.acquire(
        layer, () -> keyring.layerKey(keyOwner, layer.id(), level.wrappedKey()), floor);
  }

  private UnionOptions options(Runnable first, Runnable second) {
    return UnionOptions.of(this::diskUsage)
        .whenClosed(
            () -> {
              first.run();
              second.run();
            });
  }

  private OverlayFileSystem union(UpperLayer upper, List<Layer> lowers, UnionOptions options)
      throws IOException {
    return new OverlayFileSystem(upper, lowers, parts.audit(), InstantSource.system(), options);
  }

  /** Makes a filesystem of open layers. */
  private interface Union {
    OverlayFileSystem of(List<Layer> layers, Runnable whenClosed) throws IOException;
  }

  private FileSystemUsage diskUsage() throws IOException {
    FileSystemStatus status = FileSystemStatus.of(FileOpener.bytesOf(parts.directory()));
    return new FileSystemUsage(
        Math.toIntExact(status.fragmentSize()),
        status.blocks(),
        status.freeBlocks(),
        status.availableBlocks(),
        status.files(),
        status.freeFiles(),
        Math.toIntExact(status.nameLength()));
  }

  /**
   * The filesystem is closed already and nobody can be told; what was synced is safe all the same.
   */
  void releaseAll(List<Long> numbers) {
    for (long number : numbers) {
      try {
        pool.release(number);
      } catch (IOException e) {
        LOG.atWarn().addKeyValue("layer", number).setCause(e).log("A layer was not closed cleanly");
      }
    }
  }
}
