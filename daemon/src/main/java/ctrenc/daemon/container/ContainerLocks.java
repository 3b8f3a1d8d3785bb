package ctrenc.daemon.container;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import ctrenc.daemon.key.FreedHeap;
import ctrenc.daemon.key.HeldProtectors;
import ctrenc.daemon.key.Holders;
import ctrenc.daemon.key.ProtectorSource;
import ctrenc.daemon.key.UnlockPace;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.subvolume.HeadDemand;
import ctrenc.overlay.subvolume.RolledBackException;
import ctrenc.overlay.subvolume.Store;
import ctrenc.overlay.subvolume.WrongSecretException;
import ctrenc.proto.v1.HeldProtector;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.LongPredicate;

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
   * What became of locking.
   *
   * @param holders those who go on without the keys
   */
  public record Locked(List<Holders.Holder> holders, GivenHead head) {}

  /**
   * Writes a root back, takes its mounts away and wipes its keys; when this returns, nothing of it
   * is in this process. With {@code force} those who use it go on, and get ENOKEY; they are
   * returned.
   *
   * @param isStrict unlocking demands a HEAD from now on
   * @throws RefusedException while somebody uses it, without {@code force}; until it is locked or
   *     unlocked again, no more files of it are opened then
   */
  public Locked lock(String reference, boolean force, boolean isStrict) throws IOException {
    ManagedContainer container = roots.kept(reference);
    List<Holders.Holder> holders;
    GivenHead head;
    container.guard.lock();
    try {
      drain(container, true);
      holders = holders(container, anyInode -> true);
      if (!holders.isEmpty() && !force) {
        roots.tell(container, "draining");
        throw RefusedException.conflict(
            "The root of "
                + container.identity.name()
                + shown(holders)
                + "; no more files of it are opened: end them and lock it again, say --force, or"
                + " unlock it to go on.");
      }
      head = GivenHead.of(store, container, isStrict);
      container.isMountWanted = false;
      takeAway(container, holders.isEmpty());
      store.subvolumes().lock(container.identity.subvolume());
      container.isDraining = false;
    } finally {
      container.guard.unlock();
    }
    freedHeap.erase();
    roots.tell(container, "locked");
    return new Locked(holders, head);
  }

  /**
   * Wipes the keys of one that is nested in a root, with all in it; the rest of the root goes on.
   * With {@code force} those who use it go on as well, and get ENOKEY; they are returned.
   *
   * @throws RefusedException while somebody uses it, without {@code force}; nothing is changed then
   */
  public Locked lockNested(String reference, String nested, boolean force) throws IOException {
    ManagedContainer container = roots.kept(reference);
    UUID found = roots.nested(container, nested);
    List<Holders.Holder> holders;
    container.guard.lock();
    try {
      if (container.root.isPresent()) {
        container.root.get().store();
      }
      holders = holders(container, store.subvolumes().inodesOf(found));
      if (!holders.isEmpty() && !force) {
        throw RefusedException.conflict(
            "The nested subvolume "
                + found
                + shown(holders)
                + ": end them and lock it again, or say --force.");
      }
      store.subvolumes().lockNested(found);
    } finally {
      container.guard.unlock();
    }
    freedHeap.erase();
    roots.tell(container, "locked", found);
    return new Locked(holders, GivenHead.NONE);
  }

  /**
   * Lets one that was locked so be used again; one with protectors of its own by them alone.
   *
   * @throws RefusedException while the caller has to wait after wrong secrets
   * @throws WrongSecretException if it has protectors, and nothing that was given opens it
   */
  public void unlockNested(String reference, String nested, List<HeldProtector> given)
      throws IOException {
    ManagedContainer container = roots.kept(reference);
    UUID found = roots.nested(container, nested);
    var wrapped = store.protectors().wrappedSecrets(found);
    try (HeldProtectors held = HeldProtectors.toOpen(given, wrapped, source)) {
      if (store.protectors().list(found).isEmpty()) {
        store.subvolumes().unlockNested(found, List.of());
      } else {
        pace.attempt(found);
        held.open(all -> store.subvolumes().unlockNested(found, all));
        pace.opened(found);
      }
    } catch (WrongSecretException e) {
      roots.tell(container, "refused", found);
      throw e;
    } finally {
      freedHeap.eraseSoon();
    }
    roots.tell(container, "unlocked", found);
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

  /** Of the root and of its snapshots, as far as they use one of those inodes. */
  @GuardedBy("container.guard")
  private List<Holders.Holder> holders(ManagedContainer container, LongPredicate inodes)
      throws IOException {
    List<Holders.Holder> holders =
        new ArrayList<>(snapshots.holdersOf(container.identity.subvolume(), inodes));
    if (container.root.isPresent()) {
      holders.addAll(container.root.get().holders(inodes));
    }
    return holders;
  }

  private static String shown(List<Holders.Holder> holders) {
    List<String> shown =
        holders.stream().limit(SHOWN_HOLDERS).map(Holders.Holder::toString).toList();
    int more = holders.size() - shown.size();
    return " is used by " + String.join(", ", shown) + (more > 0 ? " and " + more + " more" : "");
  }

  /**
   * Brings the keys of a root into memory. One that is draining has them there: it is used again.
   *
   * @throws RefusedException while the caller has to wait after wrong secrets
   * @param isNotStrict from then on no HEAD is demanded
   * @throws WrongSecretException if nothing that was given opens it
   * @throws RolledBackException if what is stored does not meet the demand
   */
  public void unlock(
      String reference, List<HeldProtector> given, HeadDemand demand, boolean isNotStrict)
      throws IOException {
    ManagedContainer container = roots.kept(reference);
    UUID subvolume = container.identity.subvolume();
    var wrapped = store.protectors().wrappedSecrets(subvolume);
    try (HeldProtectors held = HeldProtectors.toOpen(given, wrapped, source)) {
      pace.attempt(subvolume);
      held.open(all -> store.subvolumes().unlock(subvolume, all, demand));
      pace.opened(subvolume);
      if (isNotStrict) {
        store.subvolumes().heads().demand(subvolume, false);
      }
      goOn(container);
    } catch (WrongSecretException e) {
      roots.tell(container, "refused");
      throw e;
    } catch (RolledBackException e) {
      pace.opened(subvolume);
      roots.tell(container, "rolled-back");
      throw e;
    } finally {
      freedHeap.eraseSoon();
    }
    if (demand.isAnyAccepted()) {
      roots.tell(container, "rollback-accepted");
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
