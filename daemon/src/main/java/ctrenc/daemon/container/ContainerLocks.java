package ctrenc.daemon.container;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import ctrenc.daemon.key.FreedHeap;
import ctrenc.daemon.key.HeldProtectors;
import ctrenc.daemon.key.Holders;
import ctrenc.daemon.key.ProtectorSource;
import ctrenc.daemon.key.UnlockPace;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.subvolume.Quotas;
import ctrenc.overlay.subvolume.Store;
import ctrenc.overlay.subvolume.WrongSecretException;
import ctrenc.proto.v1.HeldProtector;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Locks and unlocks the roots of containers. Thread-safe. */
public final class ContainerLocks {

  private static final int SHOWN_HOLDERS = 5;

  private final Store store;
  private final KeptRoots roots;
  private final RootMounter mounter;
  private final SnapshotMounts snapshots;
  private final ProtectorSource source;
  private final FreedHeap freedHeap;
  private final UnlockPace pace = new UnlockPace(InstantSource.system());

  ContainerLocks(
      Store store,
      KeptRoots roots,
      RootMounter mounter,
      SnapshotMounts snapshots,
      ProtectorSource source,
      FreedHeap freedHeap) {
    this.store = store;
    this.roots = roots;
    this.mounter = mounter;
    this.snapshots = snapshots;
    this.source = source;
    this.freedHeap = freedHeap;
  }

  /**
   * Writes a root back, takes its mounts away and wipes its keys; when this returns, nothing of it
   * is in this process. With {@code force} those who use it go on, and get ENOKEY; they are
   * returned.
   *
   * @throws RefusedException while somebody uses it, without {@code force}; until it is locked or
   *     unlocked again, no more files of it are opened then
   */
  public List<Holders.Holder> lock(String reference, boolean force) throws IOException {
    ManagedContainer container = roots.kept(reference);
    List<Holders.Holder> holders;
    container.guard.lock();
    try {
      drain(container, true);
      holders = holders(container);
      if (!holders.isEmpty() && !force) {
        roots.tell(container, "draining");
        throw inUse(container, holders);
      }
      container.isMountWanted = false;
      takeAway(container, holders.isEmpty());
      store.subvolumes().lock(container.identity.subvolume());
      container.isDraining = false;
    } finally {
      container.guard.unlock();
    }
    freedHeap.erase();
    roots.tell(container, "locked");
    return holders;
  }

  /** Wipes the keys of one that is nested in a root, with all in it; who uses them gets ENOKEY. */
  public void lockNested(String reference, String nested) throws IOException {
    ManagedContainer container = roots.kept(reference);
    UUID found = find(container, nested);
    container.guard.lock();
    try {
      if (container.root.isPresent()) {
        container.root.get().store();
      }
      store.subvolumes().lockNested(found);
    } finally {
      container.guard.unlock();
    }
    freedHeap.erase();
    roots.tell(container, "locked", found);
  }

  /** Lets one that was locked so be used again. */
  public void unlockNested(String reference, String nested) throws IOException {
    ManagedContainer container = roots.kept(reference);
    UUID found = find(container, nested);
    store.subvolumes().unlockNested(found);
    roots.tell(container, "unlocked", found);
  }

  private UUID find(ManagedContainer container, String nested) throws IOException {
    UUID root = container.identity.subvolume();
    List<UUID> found =
        store.subvolumes().quotas().holdings(root).stream()
            .map(Quotas.Holding::id)
            .filter(id -> !id.equals(root) && id.toString().startsWith(nested))
            .toList();
    if (found.size() != 1) {
      throw RefusedException.absent(
          "No one subvolume that is nested in "
              + container.identity.name()
              + " has an id that starts with "
              + nested
              + ": ctr-enc quota "
              + container.identity.name()
              + " lists them.");
    }
    return found.getFirst();
  }

  /** Lets nobody begin to use a root, and stores what was written; or lets it be used again. */
  @GuardedBy("container.guard")
  private void drain(ManagedContainer container, boolean isDraining) throws IOException {
    container.isDraining = isDraining;
    snapshots.refuseOpens(container.identity.subvolume(), isDraining);
    if (container.root.isPresent()) {
      container.root.get().fileSystem().refuseOpens(isDraining);
      container.root.get().store();
    }
  }

  @GuardedBy("container.guard")
  private void takeAway(ManagedContainer container, boolean isUnused) throws IOException {
    if (isUnused) {
      snapshots.takeDownOf(container.identity.subvolume());
      mounter.takeDown(container);
    } else {
      snapshots.leaveOf(container.identity.subvolume());
      mounter.leave(container);
    }
  }

  /** Of the root and of its snapshots. */
  @GuardedBy("container.guard")
  private List<Holders.Holder> holders(ManagedContainer container) throws IOException {
    List<Holders.Holder> holders =
        new ArrayList<>(snapshots.holdersOf(container.identity.subvolume()));
    if (container.root.isPresent()) {
      holders.addAll(container.root.get().holders());
    }
    return holders;
  }

  private static RefusedException inUse(ManagedContainer container, List<Holders.Holder> holders) {
    List<String> shown =
        holders.stream().limit(SHOWN_HOLDERS).map(Holders.Holder::toString).toList();
    int more = holders.size() - shown.size();
    return RefusedException.conflict(
        "The root of "
            + container.identity.name()
            + " is used by "
            + String.join(", ", shown)
            + (more > 0 ? " and " + more + " more" : "")
            + "; no more files of it are opened: end them and lock it again, say --force, or unlock"
            + " it to go on.");
  }

  /**
   * Brings the keys of a root into memory. One that is draining has them there: it is used again.
   *
   * @throws RefusedException while the caller has to wait after wrong secrets
   * @throws WrongSecretException if nothing that was given opens it
   */
  public void unlock(String reference, List<HeldProtector> given) throws IOException {
    ManagedContainer container = roots.kept(reference);
    UUID subvolume = container.identity.subvolume();
    var wrapped = store.protectors().wrappedByProviders(subvolume);
    try (HeldProtectors held = HeldProtectors.toOpen(given, wrapped, source)) {
      pace.attempt(subvolume);
      store.subvolumes().unlock(subvolume, held.protectors());
      pace.opened(subvolume);
      goOn(container);
    } catch (WrongSecretException e) {
      roots.tell(container, "refused");
      throw e;
    } finally {
      freedHeap.eraseSoon();
    }
    roots.tell(container, "unlocked");
  }

  private void goOn(ManagedContainer container) throws IOException {
    container.guard.lock();
    try {
      if (container.isDraining) {
        drain(container, false);
      }
    } finally {
      container.guard.unlock();
    }
  }
}
