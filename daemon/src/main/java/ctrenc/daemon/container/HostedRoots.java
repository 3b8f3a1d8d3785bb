package ctrenc.daemon.container;

import ctrenc.crypto.protector.Protector;
import ctrenc.daemon.key.FreedHeap;
import ctrenc.daemon.log.FactLog;
import ctrenc.daemon.mounts.MountTable;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.subvolume.Base;
import ctrenc.overlay.subvolume.SnapshotInfo;
import ctrenc.overlay.subvolume.Store;
import ctrenc.overlay.subvolume.SubvolumeInfo;
import ctrenc.overlay.subvolume.SubvolumeUsage;
import ctrenc.overlay.sys.Descriptor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Roots on which somebody else runs containers: he names and removes them, and mounts what is shown
 * here where he needs it. They are no containers of this daemon. A throwaway one ends with its
 * owner's word or with the daemon, any other opens with the machine's key. Thread-safe.
 */
public final class HostedRoots {

  private static final FactLog LOG = FactLog.of(HostedRoots.class);

  private static final String FROZEN = "frozen";

  private final Store store;
  private final RootMounter mounter;
  private final SnapshotMounts frozen;
  private final RootKeeping keeping;
  private final Protector machineKey;
  private final FreedHeap freedHeap;
  private final HostedHandles handles;

  HostedRoots(
      Store store,
      RootMounter mounter,
      SnapshotMounts frozen,
      RootKeeping keeping,
      Protector machineKey,
      FreedHeap freedHeap) {
    this.store = store;
    this.mounter = mounter;
    this.frozen = frozen;
    this.keeping = keeping;
    this.machineKey = machineKey;
    this.freedHeap = freedHeap;
    this.handles = new HostedHandles(store.subvolumes());
  }

  /** Makes a root under a key of its own; {@code name} is unique among hosted roots. */
  public UUID create(String name, Base base, boolean keep) throws IOException {
    return store.subvolumes().create(HostedHandles.PREFIX + name, base, protectors(keep)).id();
  }

  /** The same on what is frozen of another one. */
  public UUID fork(String name, Frozen origin, boolean keep) throws IOException {
    mounter.unlock(handles.require(origin.root()));
    return store
        .snapshots()
        .fork(origin.snapshot(), HostedHandles.PREFIX + name, protectors(keep))
        .id();
  }

  private List<Protector> protectors(boolean keep) {
    return keep ? List.of(machineKey) : List.of();
  }

  /** What a root held when it was frozen. */
  public record Frozen(UUID root, UUID snapshot) {}

  /** The hosted roots of the store, by the names that their owner gave them. */
  public Map<String, UUID> all() {
    return store.subvolumes().list().stream()
        .filter(HostedHandles::isHosted)
        .collect(Collectors.toMap(HostedHandles::nameOf, SubvolumeInfo::id));
  }

  /** Whether the store has the root; that of a throwaway one ends with the daemon. */
  public boolean isThere(UUID root) {
    return store.subvolumes().find(root.toString()).isPresent();
  }

  /**
   * Shows a root, unless it is; returns where.
   *
   * @throws RefusedException if its key is gone, and with it the root
   */
  public Path show(UUID root) throws IOException {
    ManagedContainer handle = handles.require(root);
    handle.guard.lock();
    try {
      return mounter.show(handle);
    } finally {
      handle.guard.unlock();
    }
  }

  /**
   * Freezes what a root holds now and keeps it, whatever was to become of the root; what is written
   * to it from now on is nobody's. Who uses the root goes on.
   */
  public Frozen freeze(UUID root) throws IOException {
    ManagedContainer handle = handles.require(root);
    handle.guard.lock();
    try {
      mounter.unlock(handle);
      if (handle.root.isPresent()) {
        handle.root.get().writeBack();
      }
      store.subvolumes().keep(root, List.of(machineKey));
      Optional<SnapshotInfo> interrupted = store.snapshots().find(root, FROZEN);
      if (interrupted.isPresent()) {
        store.snapshots().remove(interrupted.get().id());
      }
      return new Frozen(root, store.snapshots().create(root, FROZEN).id());
    } finally {
      handle.guard.unlock();
    }
  }

  /** Shows what is frozen for reading, unless it is shown; returns where. */
  public Path show(Frozen of) throws IOException {
    ManagedContainer handle = handles.require(of.root());
    handle.guard.lock();
    try {
      mounter.unlock(handle);
      SnapshotInfo snapshot =
          store
              .snapshots()
              .find(of.root(), FROZEN)
              .filter(found -> found.id().equals(of.snapshot()))
              .orElseThrow(() -> HostedHandles.gone(of.root()));
      return frozen.show(snapshot, Optional.empty());
    } finally {
      handle.guard.unlock();
    }
  }

  /** Takes what is frozen away; does nothing where it is not shown. */
  public void hide(Frozen of) throws IOException {
    frozen.takeDown(of.snapshot());
  }

  /** Takes a root away, unless somebody has mounted it elsewhere; nothing is lost of it. */
  public void hideUnused(UUID root) throws IOException {
    ManagedContainer handle = handles.require(root);
    handle.guard.lock();
    try {
      if (!HostedHandles.isMountedElsewhere(handle, MountTable.read())) {
        mounter.takeDown(handle);
      }
    } finally {
      handle.guard.unlock();
    }
  }

  /** What a root's own layers take, with those it shares. */
  public SubvolumeUsage usage(UUID root) throws IOException {
    return store.subvolumes().usage(root);
  }

  /** Destroys a root's key, then what it wrote. Does nothing where it is gone. */
  public void destroy(UUID root) throws IOException {
    Optional<ManagedContainer> found = handles.find(root);
    if (found.isEmpty()) {
      return;
    }
    ManagedContainer handle = found.get();
    handle.guard.lock();
    try {
      mounter.takeDown(handle);
      frozen.takeDownOf(root);
      if (isThere(root)) {
        store.subvolumes().destroy(root);
        freedHeap.eraseSoon();
        LOG.info("hosted root destroyed", "subvolume", root);
      }
      handles.forget(root);
    } finally {
      handle.guard.unlock();
    }
  }

  /**
   * Goes on with those of {@code left}, what an earlier daemon left of roots that are shown, that
   * are among {@code roots}; they are taken out of it.
   *
   * @return the ids by which mounts and places of those are known that are still shown
   */
  public List<String> takeUp(List<UUID> roots, Map<String, List<Descriptor>> left) {
    return roots.stream().filter(root -> takeUp(root, left)).map(HostedHandles::idOf).toList();
  }

  private boolean takeUp(UUID root, Map<String, List<Descriptor>> left) {
    List<Descriptor> kept = left.remove(HostedHandles.idOf(root));
    if (kept == null) {
      return false;
    }
    Optional<ManagedContainer> found = handles.find(root);
    if (found.isEmpty()) {
      keeping.giveUp(HostedHandles.idOf(root), RootKeeping.Left.of(kept));
      return false;
    }
    ManagedContainer handle = found.get();
    handle.guard.lock();
    try {
      mounter.goOn(handle, RootKeeping.Left.of(kept));
      return true;
    } catch (IOException | RuntimeException e) {
      LOG.failed("hosted root of an earlier daemon is given up", e, "subvolume", root);
      keeping.giveUp(HostedHandles.idOf(root), RootKeeping.Left.of(kept));
      return false;
    } finally {
      handle.guard.unlock();
    }
  }

  /** How many are mounted elsewhere than at their own place. */
  public int countInUse() throws IOException {
    return handles.countMountedElsewhere();
  }

  /** Takes every root down, and destroys those that end with the daemon. */
  void endAll() {
    handles.all().parallelStream().forEach(this::end);
  }

  private void end(ManagedContainer handle) {
    UUID root = handle.identity.subvolume();
    handle.guard.lock();
    try {
      mounter.takeDown(handle);
      frozen.takeDownOf(root);
      if (store.subvolumes().find(root.toString()).filter(SubvolumeInfo::throwaway).isPresent()) {
        store.subvolumes().destroy(root);
      }
    } catch (IOException | RuntimeException e) {
      LOG.failed("hosted root was not ended", e, "subvolume", root);
    } finally {
      handle.guard.unlock();
    }
  }
}
