package ctrenc.overlay.subvolume;

import java.io.IOException;
import java.util.List;

/** Everything that keeps the stacks of one store, put together; the store closes it. */
record StackKeeping(
    Catalog catalog,
    StackTools tools,
    Keyring keyring,
    OpenStacks open,
    LayerRemover remover,
    StoredHeads heads,
    StoredSubvolumes subvolumes,
    StoredSnapshots snapshots,
    StoredFlattens flattens,
    TreeFolder folder,
    StoreParts parts,
    ExtentCheck extents,
    StackOpener opener,
    Arrivals arrivals,
    KeptLayers kept,
    LayerTimes times,
    PlainIdentities identities,
    Protectors protectors,
    Compactions compactions)
    implements AutoCloseable {

  /** Reads the catalog and finishes what an earlier process left undone. */
  static StackKeeping open(StoreParts parts, TreeFolder folder, Inheritance inheritance)
      throws IOException {
    Catalog catalog = Catalog.read(parts.meta());
    NestCatalog nests = NestCatalog.read(parts.meta());
    Arrivals arrivals = Arrivals.read(parts.meta(), catalog);
    KeptLayers kept = KeptLayers.read(parts.meta(), catalog);
    Keyring keyring = new Keyring(parts.memory(), parts.entropy(), arrivals::owner);
    LayerRemover remover = new LayerRemover(parts, catalog, folder);
    StackOpener opener =
        new StackOpener(parts, catalog, keyring, new LayerPool(parts, folder), arrivals);
    OpenStacks open = new OpenStacks();
    LayerReaders readers = new LayerReaders(catalog, nests, arrivals);
    SubvolumeEraser eraser = new SubvolumeEraser(parts, catalog, nests, remover, readers);
    SubvolumeMaker maker = new SubvolumeMaker(parts, catalog, nests, keyring, arrivals, eraser);
    StackFreezer freezer = new StackFreezer(catalog, keyring, open, opener, remover);
    eraser.forgetLost(inheritance.alive());
    inherit(inheritance, catalog, nests, keyring);
    remover.removeLeftovers(kept.numbers());
    StoredFlattens flattens =
        new StoredFlattens(parts, catalog, keyring, open, opener, freezer, remover);
    flattens.goOnWithAll();
    StackTools tools =
        new StackTools(parts, catalog, nests, keyring, opener, open, maker, freezer, eraser);
    OpenTrees trees = new OpenTrees();
    NestedSubvolumes nested = new NestedSubvolumes(tools, trees);
    StoredHeads heads = new StoredHeads(tools, nested, arrivals);
    TreeSnapshots recursive = new TreeSnapshots(catalog, nests, open, freezer, arrivals, heads);
    StoredSnapshots snapshots = new StoredSnapshots(tools, nested, trees, recursive, heads);
    StoredSubvolumes subvolumes =
        new StoredSubvolumes(
            tools,
            heads,
            flattens,
            nested,
            trees,
            new StoredNesting(tools, nested, snapshots),
            new StoredQuotas(tools, trees));
    ExtentCheck extents = new ExtentCheck(parts, catalog, keyring, open, opener);
    return new StackKeeping(
        catalog,
        tools,
        keyring,
        open,
        remover,
        heads,
        subvolumes,
        snapshots,
        flattens,
        folder,
        parts,
        extents,
        opener,
        arrivals,
        kept,
        LayerTimes.read(parts.meta(), catalog),
        new PlainIdentities(parts.meta()),
        new StoredProtectors(parts.keySlots(), keyring, nests, nested),
        new Compactions(parts, catalog, remover));
  }

  private static void inherit(
      Inheritance inheritance, Catalog catalog, NestCatalog nests, Keyring keyring)
      throws IOException {
    for (SubvolumeRecord subvolume : catalog.subvolumes()) {
      byte[] kek = inheritance.keks().get(subvolume.id());
      if (kek != null) {
        keyring.unlock(subvolume.id(), kek, inheritance.held());
        inheritNested(inheritance, nests.within(subvolume.id()), keyring);
      }
    }
  }

  /** {@code all} has each one after what it is nested in. */
  private static void inheritNested(Inheritance inheritance, List<NestRecord> all, Keyring keyring)
      throws IOException {
    for (NestRecord nest : all) {
      byte[] kek = inheritance.nested().get(nest.id());
      if (kek != null && keyring.holds(nest.parent())) {
        keyring.unlockNested(nest.parent(), nest.id(), kek);
      }
    }
  }

  CheckReport check() throws IOException {
    return new StoreCheck(tools, folder, extents).run();
  }

  Transfers transfers() {
    return new StoredTransfers(this);
  }

  Upkeep upkeep() {
    return new StoredUpkeep(this);
  }

  /** Closes what is still open, then wipes the keys. */
  @Override
  public void close() {
    try {
      compactions.close();
      flattens.haltAll();
      open.closeAll();
    } finally {
      keyring.close();
    }
  }
}
