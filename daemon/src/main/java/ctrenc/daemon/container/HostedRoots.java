package ctrenc.daemon.container;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import ctrenc.daemon.config.Directories;
import ctrenc.daemon.key.FreedHeap;
import ctrenc.daemon.key.ProtectorSource;
import ctrenc.daemon.log.FactLog;
import ctrenc.daemon.mounts.IdMapping;
import ctrenc.daemon.mounts.MountTable;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.subvolume.Base;
import ctrenc.overlay.subvolume.Store;
import ctrenc.overlay.subvolume.SubvolumeInfo;
import ctrenc.overlay.subvolume.SubvolumeUsage;
import ctrenc.overlay.sys.Descriptor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Roots on which somebody else runs containers: he names and removes them, and mounts what is shown
 * here where he needs it. They are no containers of this daemon. A throwaway one ends with its
 * owner's word or with the daemon, any other opens with a key of this machine. Thread-safe.
 */
public final class HostedRoots {

  private static final FactLog LOG = FactLog.of(HostedRoots.class);

  private final Store store;
  private final RootMounter mounter;
  private final RootKeeping keeping;
  private final FreedHeap freedHeap;
  private final HostedHandles handles;
  private final HostedMaker maker;
  private final HostedUnlocking unlocking;
  private final MappedPlaces mapped;

  HostedRoots(
      Store store,
      RootMounter mounter,
      RootKeeping keeping,
      ProtectorSource source,
      FreedHeap freedHeap,
      Directories directories) {
    this.store = store;
    this.mounter = mounter;
    this.keeping = keeping;
    this.freedHeap = freedHeap;
    this.handles = new HostedHandles(store.subvolumes());
    this.maker = new HostedMaker(store, source);
    this.unlocking = new HostedUnlocking(store.subvolumes(), mounter, source.named());
    this.mapped = new MappedPlaces(directories);
  }

  /**
   * Makes a root under a key of its own; {@code name} is unique among hosted roots.
   *
   * @param quota the most bytes that it may take; 0 for no limit
   */
  public HostedRoot create(String name, Base base, RootKey key, long quota) throws IOException {
    return maker.create(name, base, key, quota);
  }

  /** The same on what is frozen of another one, which does not count. */
  public HostedRoot fork(String name, Frozen origin, RootKey key, long quota) throws IOException {
    unlocking.unlock(handles.require(origin.root().id()), origin.root().key());
    return maker.fork(name, origin.snapshot(), key, quota);
  }

  /** What a root held when it was frozen. */
  public record Frozen(HostedRoot root, UUID snapshot) {}

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
   * @param mapping how its owners are seen there, if not as they are
   * @throws RefusedException if its key is gone, and with it the root
   */
  public Path show(HostedRoot root, Optional<IdMapping> mapping) throws IOException {
    ManagedContainer handle = handles.require(root.id());
    handle.guard.lock();
    try {
      unlocking.unlock(handle, root.key());
      Path place = mounter.show(handle);
      return mapping.isEmpty() ? place : mapped.show(handle, place, mapping.get());
    } finally {
      handle.guard.unlock();
    }
  }

  /**
   * Freezes what a root holds now and keeps it, a throwaway one under {@code otherwise}; what is
   * written to it from now on is nobody's. Who uses the root goes on.
   */
  public Frozen freeze(HostedRoot root, RootKey otherwise) throws IOException {
    ManagedContainer handle = handles.require(root.id());
    handle.guard.lock();
    try {
      unlocking.unlock(handle, root.key());
      if (handle.root.isPresent()) {
        handle.root.get().writeBack();
      }
      return maker.freeze(root, otherwise);
    } finally {
      handle.guard.unlock();
    }
  }

  /** Takes a root away, unless somebody has mounted it elsewhere; nothing is lost of it. */
  public void hideUnused(UUID root) throws IOException {
    ManagedContainer handle = handles.require(root);
    handle.guard.lock();
    try {
      if (!HostedHandles.isMountedElsewhere(handle, mapped.of(handle), MountTable.read())) {
        takeDown(handle);
      }
    } finally {
      handle.guard.unlock();
    }
  }

  @GuardedBy("handle.guard")
  private void takeDown(ManagedContainer handle) throws IOException {
    mounter.takeDown(handle);
    mapped.remove(handle);
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
      takeDown(handle);
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

  /** Those that are shown. */
  Set<UUID> shown() {
    Set<UUID> shown = new HashSet<>();
    for (ManagedContainer handle : handles.all()) {
      handle.guard.lock();
      try {
        handle.root.ifPresent(_ -> shown.add(handle.identity.subvolume()));
      } finally {
        handle.guard.unlock();
      }
    }
    return shown;
  }

  /** How many are mounted elsewhere than at their own place. */
  public int countInUse() throws IOException {
    return handles.countMountedElsewhere(mapped);
  }

  /** Takes every root down, and destroys those that end with the daemon. */
  void endAll() {
    handles.all().parallelStream().forEach(this::end);
  }

  private void end(ManagedContainer handle) {
    UUID root = handle.identity.subvolume();
    handle.guard.lock();
    try {
      takeDown(handle);
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
