package ctrenc.overlay.subvolume;

import ctrenc.crypto.protector.Protector;
import ctrenc.overlay.nest.Nesting;
import ctrenc.overlay.ring.RootMemory;
import ctrenc.overlay.vfs.FileSystem;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongPredicate;

/** The subvolumes in a store's catalog. Thread-safe. */
final class StoredSubvolumes implements Subvolumes {

  private final StoreParts parts;
  private final Catalog catalog;
  private final Keyring keyring;
  private final StackOpener opener;
  private final OpenStacks open;
  private final SubvolumeMaker maker;
  private final StackFreezer freezer;
  private final SubvolumeEraser eraser;
  private final StoredFlattens flattens;
  private final NestedSubvolumes nested;
  private final OpenTrees trees;
  private final Nesting nesting;
  private final Quotas quotas;
  private final StoredHeads heads;

  StoredSubvolumes(
      StackTools tools,
      StoredFlattens flattens,
      NestedSubvolumes nested,
      OpenTrees trees,
      Nesting nesting,
      Quotas quotas) {
    this.parts = tools.parts();
    this.catalog = tools.catalog();
    this.keyring = tools.keyring();
    this.opener = tools.opener();
    this.open = tools.open();
    this.maker = tools.maker();
    this.freezer = tools.freezer();
    this.eraser = tools.eraser();
    this.flattens = flattens;
    this.nested = nested;
    this.trees = trees;
    this.nesting = nesting;
    this.quotas = quotas;
    this.heads = new StoredHeads(tools);
  }

  @Override
  public SubvolumeInfo createProtected(String name, Base base, List<List<Protector>> anyOf)
      throws IOException {
    return info(maker.create(name, base, anyOf));
  }

  @Override
  public SubvolumeInfo fork(UUID origin, String name, List<Protector> protectors)
      throws IOException {
    synchronized (open.guard(origin)) {
      rotate(origin);
      SubvolumeRecord now = catalog.requireLiving(origin);
      return info(maker.fork(now, now.stack().subList(1, now.stack().size()), name, protectors));
    }
  }

  @Override
  public void rotate(UUID id) throws IOException {
    synchronized (open.guard(id)) {
      freezer.freeze(catalog.requireLiving(id), (edit, frozen) -> {});
    }
  }

  @Override
  public List<SubvolumeInfo> list() {
    return catalog
        .living()
        .filter(subvolume -> !nested.isNested(subvolume.id()))
        .map(this::info)
        .sorted(Comparator.comparing(SubvolumeInfo::created).thenComparing(SubvolumeInfo::name))
        .toList();
  }

  @Override
  public Optional<SubvolumeInfo> find(String reference) {
    return CatalogNames.find(list(), SubvolumeInfo::name, SubvolumeInfo::id, reference);
  }

  @Override
  public void unlock(UUID id, List<Protector> protectors, HeadDemand demand) throws IOException {
    synchronized (open.guard(id)) {
      SubvolumeRecord subvolume = catalog.requireLiving(id);
      boolean wasLocked = !keyring.holds(id);
      if (wasLocked) {
        keyring.unlock(id, parts.keySlots().read(id), protectors);
      }
      if (wasLocked || demand.head().isPresent()) {
        heads.check(subvolume, demand, wasLocked ? nested::dropKeys : still -> {});
      }
      flattens.goOn(id);
    }
  }

  @Override
  public Heads heads() {
    return heads;
  }

  @Override
  public void lock(UUID id) throws IOException {
    synchronized (open.guard(id)) {
      requireLockable(id);
    }
    flattens.halt(id);
    synchronized (open.guard(id)) {
      requireLockable(id);
      nested.dropKeys(catalog.requireLiving(id));
    }
  }

  private void requireLockable(UUID id) throws IOException {
    requireKept(requireClosed(catalog.requireLiving(id)));
  }

  private static void requireKept(SubvolumeRecord subvolume) throws InUseException {
    if (subvolume.throwaway()) {
      throw new InUseException("Nothing would open subvolume " + subvolume.name() + " again.");
    }
  }

  @Override
  public void lockNested(UUID id) throws IOException {
    requireKept(catalog.requireLiving(id));
    nested.lockTree(id);
  }

  @Override
  public void unlockNested(UUID id, List<Protector> protectors) throws IOException {
    nested.unlockTree(id, protectors);
  }

  @Override
  public LongPredicate inodesOf(UUID id) {
    return nested.inodes(id);
  }

  /** The file that unlocks it is durable first. */
  @Override
  public void keep(UUID id, List<Protector> protectors) throws IOException {
    synchronized (open.guard(id)) {
      SubvolumeRecord subvolume = catalog.requireLiving(id);
      if (!subvolume.throwaway()) {
        return;
      }
      parts.keySlots().write(id, keyring.protect(id, List.of(protectors)));
      catalog.change(
          edit -> {
            edit.put(catalog.requireLiving(id).asKept());
            return subvolume;
          });
      catalog.sync();
    }
  }

  @Override
  public FileSystem open(UUID id, Optional<RootMemory> memory) throws IOException {
    synchronized (open.guard(id)) {
      SubvolumeRecord subvolume = catalog.requireLiving(id);
      return trees.open(
          id,
          nesting,
          memory.isPresent(),
          closed ->
              open.open(
                  id,
                  stackClosed ->
                      opener.open(
                          subvolume,
                          memory,
                          () -> {
                            stackClosed.run();
                            closed.run();
                          })));
    }
  }

  @Override
  public SubvolumeUsage usage(UUID id) throws IOException {
    return nested.stored(id);
  }

  @Override
  public KeyLoss keyLoss(UUID id) throws IOException {
    return new KeyLosses(catalog, eraser).of(catalog.requireLiving(id));
  }

  @Override
  public Quotas quotas() {
    return quotas;
  }

  @Override
  public void destroy(UUID id) throws IOException {
    synchronized (open.guard(id)) {
      requireClosed(catalog.requireLiving(id));
    }
    flattens.halt(id);
    synchronized (open.guard(id)) {
      SubvolumeRecord subvolume = requireClosed(catalog.requireLiving(id));
      nested.dropKeys(subvolume);
      eraser.destroy(subvolume);
      flattens.forget(id);
      open.forgetGuard(id);
    }
  }

  @Override
  public byte[] handOver(UUID id, Protector heir) throws IOException {
    synchronized (open.guard(id)) {
      return keyring.protect(catalog.requireLiving(id).id(), List.of(List.of(heir)));
    }
  }

  private SubvolumeRecord requireClosed(SubvolumeRecord subvolume) throws InUseException {
    if (open.find(subvolume.id()).isPresent()) {
      throw new InUseException("Subvolume " + subvolume.name() + " is in use; unmount it first.");
    }
    for (SnapshotRecord snapshot : catalog.snapshotsOf(subvolume.id())) {
      if (open.find(snapshot.id()).isPresent()) {
        throw new InUseException(
            "Snapshot " + snapshot.name() + " of the subvolume is in use; unmount it first.");
      }
    }
    return subvolume;
  }

  private SubvolumeInfo info(SubvolumeRecord subvolume) {
    return new SubvolumeInfo(
        subvolume.id(),
        subvolume.name(),
        subvolume.base(),
        subvolume.throwaway(),
        keyring.holds(subvolume.id()),
        subvolume.created());
  }
}
