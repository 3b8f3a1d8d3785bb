package ctrenc.overlay.union;

import ctrenc.overlay.audit.Finding;
import ctrenc.overlay.layer.Layer;
import ctrenc.overlay.layer.MemoryExtentStore;
import ctrenc.overlay.layer.TestLayers;
import ctrenc.overlay.meta.MemoryMetaStore;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystemUsage;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** A stack of encrypted layers whose records and extents are in memory. */
final class TestStack {

  private static final FileSystemUsage USAGE =
      new FileSystemUsage(4096, 1000, 500, 400, 1000, 500, 255);

  private MemoryMetaStore meta = new MemoryMetaStore();
  private final List<MemoryExtentStore> extents = new ArrayList<>();
  private final List<Layer> lowers = new ArrayList<>();
  private final List<Finding> findings = Collections.synchronizedList(new ArrayList<>());
  private long number = 1;
  private UnionOptions options =
      new UnionOptions(
          () -> USAGE,
          8 << 20,
          64 << 20,
          Duration.ofMillis(200),
          true,
          false,
          Optional.empty(),
          () -> {});
  private FaultyUpper upper;

  TestStack() throws IOException {
    upper = push();
  }

  private FaultyUpper push() throws IOException {
    MemoryExtentStore store = new MemoryExtentStore(meta, number);
    extents.add(store);
    long floor = lowers.stream().mapToLong(Layer::inodeCeiling).max().orElse(2);
    return new FaultyUpper(TestLayers.encrypted(meta, store, number, floor));
  }

  TestStack with(UnionOptions other) {
    options = other;
    return this;
  }

  /** How often the records' store was called. */
  long metaCalls() {
    return meta.calls();
  }

  UnionOptions options() {
    return options;
  }

  FaultyUpper upper() {
    return upper;
  }

  MemoryExtentStore upperExtents() {
    return extents.getLast();
  }

  List<Layer> lowers() {
    return lowers;
  }

  List<Finding> findings() {
    return findings;
  }

  /** Fills the upper, freezes it, and puts a fresh one on top. */
  TestStack below(Filling filling) throws Exception {
    OverlayFileSystem fileSystem = open();
    filling.fill(new FileSystemUser(fileSystem));
    fileSystem.close();
    return freeze();
  }

  /** Freezes the upper as it is; its filesystem is closed. */
  TestStack freeze() throws IOException {
    lowers.addFirst(upper);
    number++;
    upper = push();
    return this;
  }

  /** Freezes the upper of a filesystem in use. */
  TestStack freeze(OverlayFileSystem fileSystem) throws IOException {
    fileSystem.freeze(frozen -> freeze().upper);
    return this;
  }

  /** Puts a layer between the upper and the lowers. The upper is new. */
  TestStack under(Layer layer) throws IOException {
    lowers.addFirst(layer);
    extents.removeLast();
    number++;
    upper = push();
    return this;
  }

  OverlayFileSystem open() throws IOException {
    return new OverlayFileSystem(upper, lowers, findings::add, InstantSource.system(), options);
  }

  /** Opens the upper anew, so that nothing of it is known. Only for stacks of one layer. */
  TestStack forgetCaches() throws IOException {
    upper = new FaultyUpper(TestLayers.encrypted(meta, upperExtents(), number, 2));
    return this;
  }

  /** The process dies; a new one opens what was committed. Only for stacks of one layer. */
  TestStack afterProcessDeath() throws IOException {
    meta = meta.afterProcessDeath();
    MemoryExtentStore store = extents.removeLast();
    store.sync();
    MemoryExtentStore found = store.afterPowerLoss(meta);
    extents.add(found);
    upper =
        new FaultyUpper(
            TestLayers.encrypted(
                meta,
                found,
                number,
                lowers.stream().mapToLong(Layer::inodeCeiling).max().orElse(2)));
    return this;
  }

  /** Puts files into a filesystem. */
  @FunctionalInterface
  interface Filling {
    void fill(FileSystemUser user) throws ErrnoException;
  }
}
