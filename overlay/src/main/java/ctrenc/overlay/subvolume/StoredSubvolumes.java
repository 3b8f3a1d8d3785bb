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

  private final StackTools tools;
  private final StoredFlattens flattens;
  private final NestedSubvolumes nested;
  private final OpenTrees trees;
  private final Nesting nesting;
  private final Quotas quotas;
  private final StoredHeads heads;

  StoredSubvolumes(
      StackTools tools,
      StoredHeads heads,
      StoredFlattens flattens,
      NestedSubvolumes nested,
      OpenTrees trees,
      Nesting nesting,
      Quotas quotas) {
    this.tools = tools;
    this.flattens = flattens;
    this.nested = nested;
    this.trees = trees;
    this.nesting = nesting;
    this.quotas = quotas;
    this.heads = heads;
  }

  @Override
  public SubvolumeInfo createProtected(String name, Base base, List<List<Protector>> anyOf)
      throws IOException {
    return info(tools.maker().create(name, base, anyOf));
  }

  @Override
  public SubvolumeInfo fork(UUID origin, String name, List<Protector> protectors)
      throws IOException {
    synchronized (tools.open().guard(origin)) {
      rotate(origin);
      SubvolumeRecord now = tools.catalog().requireLiving(origin);
      return info(
          tools.maker().fork(now, now.stack().subList(1, now.stack().size()), name, protectors));
    }
  }

  @Override
  public void rotate(UUID id) throws IOException {
    synchronized (tools.open().guard(id)) {
      tools.freezer().freeze(tools.catalog().requireLiving(id), (edit, frozen) -> {});
    }
  }

  @Override
  public List<SubvolumeInfo> list() {
    return tools
        .catalog()
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
    synchronized (tools.open().guard(id)) {
      SubvolumeRecord subvolume = tools.catalog().requireLiving(id);
      boolean wasLocked = !tools.keyring().holds(id);
      if (wasLocked) {
        tools.keyring().unlock(id, tools.parts().keySlots().read(id), protectors);
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
    synchronized (tools.open().guard(id)) {
      requireLockable(id);
    }
    flattens.halt(id);
    synchronized (tools.open().guard(id)) {
      requireLockable(id);
      nested.dropKeys(tools.catalog().requireLiving(id));
    }
  }

  private void requireLockable(UUID id) throws IOException {
    requireClosed(requireKept(tools.catalog().requireLiving(id)));
  }

  private static SubvolumeRecord requireKept(SubvolumeRecord subvolume) throws InUseException {
    if (subvolume.throwaway()) {
      throw new InUseException("Nothing would open subvolume " + subvolume.name() + " again.");
    }
    return subvolume;
  }

  @Override
  public void lockNested(UUID id) throws IOException {
    requireKept(tools.catalog().requireLiving(id));
    nested.lockTree(id);
  }

  @Override
  public void unlockNested(UUID id, List<Protector> held, HeadDemand demand) throws IOException {
    nested.unlockTree(id, held, () -> heads.checkNested(id, demand));
  }

  @Override
  public void refuseNestedOpens(UUID id, boolean refused) throws IOException {
    nested.refuseOpens(id, refused);
  }

  @Override
  public LongPredicate inodesOf(UUID id) {
    return nested.inodes(id);
  }

  /** The file that unlocks it is durable first. */
  @Override
  public void keep(UUID id, List<Protector> protectors) throws IOException {
    Catalog catalog = tools.catalog();
    synchronized (tools.open().guard(id)) {
      SubvolumeRecord subvolume = catalog.requireLiving(id);
      if (!subvolume.throwaway()) {
        return;
      }
      tools.parts().keySlots().write(id, tools.keyring().protect(id, List.of(protectors)));
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
    OpenStacks open = tools.open();
    StackOpener opener = tools.opener();
    synchronized (open.guard(id)) {
      SubvolumeRecord subvolume = tools.catalog().requireLiving(id);
      return trees.open(
          id,
          nesting,
          memory,
          (part, closed) ->
              open.open(
                  id,
                  stackClosed ->
                      opener.open(
                          subvolume,
                          part,
                          () -> {
                            stackClosed.run();
                            closed.run();
                          })));
    }
  }

  @Override
  public SubvolumeUsage usage(UUID id) throws IOException {
    return new StackUsage(tools).stored(id);
  }

  @Override
  public List<SealedLayer> sealedLayers(UUID id) throws IOException {
    return tools.eraser().sealedLayers(tools.catalog().requireLiving(id));
  }

  @Override
  public Quotas quotas() {
    return quotas;
  }

  @Override
  public KeyLoss destroy(UUID id) throws IOException {
    synchronized (tools.open().guard(id)) {
      requireClosed(tools.catalog().requireLiving(id));
    }
    flattens.halt(id);
    synchronized (tools.open().guard(id)) {
      SubvolumeRecord subvolume = requireClosed(tools.catalog().requireLiving(id));
      nested.dropKeys(subvolume);
      KeyLoss lost = tools.eraser().destroy(subvolume);
      flattens.forget(id);
      tools.open().forgetGuard(id);
      return lost;
    }
  }

  @Override
  public byte[] handOver(UUID id, Protector heir) throws IOException {
    synchronized (tools.open().guard(id)) {
      tools.catalog().requireLiving(id);
      return tools.keyring().protect(id, List.of(List.of(heir)));
    }
  }

  private SubvolumeRecord requireClosed(SubvolumeRecord subvolume) throws InUseException {
    if (tools.open().find(subvolume.id()).isPresent()) {
      throw new InUseException("Subvolume " + subvolume.name() + " is in use; unmount it first.");
    }
    for (SnapshotRecord snapshot : tools.catalog().snapshotsOf(subvolume.id())) {
      if (tools.open().find(snapshot.id()).isPresent()) {
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
        tools.keyring().holds(subvolume.id()),
        subvolume.created());
  }
}
