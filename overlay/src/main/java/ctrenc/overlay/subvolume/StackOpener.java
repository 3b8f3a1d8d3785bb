package ctrenc.overlay.subvolume;

import ctrenc.overlay.layer.Layer;
import ctrenc.overlay.layer.UpperLayer;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the layers of a subvolume's stack and makes a filesystem of them. Thread-safe. */
final class StackOpener {

  private static final Logger LOG = LoggerFactory.getLogger(StackOpener.class);

  private final StoreParts parts;
  private final Catalog catalog;
  private final Keyring keyring;
  private final LayerPool pool;

  StackOpener(StoreParts parts, Catalog catalog, Keyring keyring, LayerPool pool) {
    this.parts = parts;
    this.catalog = catalog;
    this.keyring = keyring;
    this.pool = pool;
  }

  /**
   * @param closed runs when the filesystem is closed, before its layers are
   */
  FileSystem open(SubvolumeRecord subvolume, Runnable closed) throws IOException {
    List<Layer> stack = new ArrayList<>();
    List<Long> numbers = new ArrayList<>();
    try {
      long ceiling = FileSystem.ROOT + 1;
      for (SubvolumeRecord.Level level : subvolume.stack().reversed()) {
        Layer layer = acquire(subvolume, level, ceiling);
        numbers.addFirst(level.layer());
        stack.addFirst(layer);
        ceiling = Math.max(ceiling, layer.inodeCeiling());
      }
      Runnable whenClosed =
          () -> {
            closed.run();
            releaseAll(numbers);
          };
      return union(subvolume, stack, whenClosed);
    } catch (IOException | RuntimeException e) {
      releaseAll(numbers);
      throw e;
    }
  }

  private Layer acquire(SubvolumeRecord subvolume, SubvolumeRecord.Level level, long floor)
      throws IOException {
    LayerRecord layer = catalog.layer(level.layer());
    return pool.acquire(
        layer, () -> keyring.layerKey(subvolume.id(), layer.id(), level.wrappedKey()), floor);
  }

  private FileSystem union(SubvolumeRecord subvolume, List<Layer> stack, Runnable whenClosed)
      throws IOException {
    if (!(stack.getFirst() instanceof UpperLayer upper)) {
      throw new IllegalStateException("the top of " + subvolume.id() + " is no upper layer");
    }
    UnionOptions options = UnionOptions.of(this::diskUsage).whenClosed(whenClosed);
    List<Layer> lowers = stack.subList(1, stack.size());
    return new OverlayFileSystem(upper, lowers, parts.audit(), InstantSource.system(), options);
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
  private void releaseAll(List<Long> numbers) {
    for (long number : numbers) {
      try {
        pool.release(number);
      } catch (IOException e) {
        LOG.atWarn().addKeyValue("layer", number).setCause(e).log("A layer was not closed cleanly");
      }
    }
  }
}
