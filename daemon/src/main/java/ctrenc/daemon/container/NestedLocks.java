package ctrenc.daemon.container;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import ctrenc.daemon.container.ContainerLocks.Locked;
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
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;

/** Locks and unlocks what is nested in the roots of containers, one alone. Thread-safe. */
public final class NestedLocks {

  private final Store store;
  private final KeptRoots roots;
  private final RootUsers users;
  private final ProtectorSource source;
  private final FreedHeap freedHeap;
  private final UnlockPace pace;

  NestedLocks(
      Store store,
      KeptRoots roots,
      RootUsers users,
      ProtectorSource source,
      FreedHeap freedHeap,
      UnlockPace pace) {
    this.store = store;
    this.roots = roots;
    this.users = users;
    this.source = source;
    this.freedHeap = freedHeap;
    this.pace = pace;
  }

  /**
   * Wipes the keys of one that is nested in a root, with all in it; the rest of the root goes on.
   * With {@code force} those who use it go on as well, and get ENOKEY; they are returned.
   *
   * @param seen those who use it, as the caller may see them
   * @throws RefusedException while somebody uses it, without {@code force}; until it, or its root,
   *     is locked or unlocked again, no more files of it are opened then
   */
  public Locked lock(
      String reference, String nested, boolean force, UnaryOperator<Holders.Holder> seen)
      throws IOException {
    ManagedContainer container = roots.keptWithNested(reference);
    UUID found = roots.nested(container, nested);
    Locked locked = lock(container, found, force);
    List<Holders.Holder> holders = locked.holders().stream().map(seen).toList();
    if (!holders.isEmpty() && !force) {
      roots.tell(container, "draining", found);
      throw RefusedException.conflict(
          "The nested subvolume "
              + found
              + RootUsers.shown(holders)
              + "; no more files of it are opened: end them and lock it again, say --force, or"
              + " unlock it to go on.");
    }
    freedHeap.erase();
    roots.tell(container, "locked", found);
    return new Locked(holders, locked.head());
  }

  /** Returns who uses it; it is locked if nobody does, or with {@code force}, else it drains. */
  private Locked lock(ManagedContainer container, UUID nested, boolean force) throws IOException {
    boolean isSettled = false;
    container.guard.lock();
    try {
      List<Holders.Holder> holders = drain(container, nested);
      GivenHead head = new GivenHead(Optional.empty(), "");
      if (holders.isEmpty() || force) {
        head = GivenHead.of(store, nested);
        store.subvolumes().lockNested(nested);
      }
      isSettled = true;
      return new Locked(holders, head);
    } finally {
      try {
        if (!isSettled) {
          store.subvolumes().refuseNestedOpens(nested, false);
        }
      } finally {
        container.guard.unlock();
      }
    }
  }

  /** Lets nobody begin to use it, stores what was written, and returns who uses it. */
  @GuardedBy("container.guard")
  private List<Holders.Holder> drain(ManagedContainer container, UUID nested) throws IOException {
    store.subvolumes().refuseNestedOpens(nested, true);
    if (container.root.isPresent()) {
      container.root.get().store();
    }
    return users.of(container, store.subvolumes().inodesOf(nested));
  }

  /**
   * Lets one that was locked so be used again; one with protectors of its own by them alone. One
   * that is draining has its keys in memory: it is used again.
   *
   * @throws RefusedException while the caller has to wait after wrong secrets
   * @throws WrongSecretException if it has protectors, and nothing that was given opens it
   * @throws RolledBackException if what is stored does not meet the demand, or that of its root
   */
  public void unlock(String reference, String nested, List<HeldProtector> given, HeadDemand demand)
      throws IOException {
    ManagedContainer container = roots.keptWithNested(reference);
    UUID found = roots.nested(container, nested);
    var wrapped = store.protectors().wrappedSecrets(found);
    try (HeldProtectors held = HeldProtectors.toOpen(given, wrapped, source)) {
      if (store.protectors().list(found).isEmpty()) {
        store.subvolumes().unlockNested(found, List.of(), demand);
      } else {
        pace.attempt(found);
        held.open(all -> store.subvolumes().unlockNested(found, all, demand));
        pace.opened(found);
      }
      store.subvolumes().refuseNestedOpens(found, false);
    } catch (WrongSecretException e) {
      roots.tell(container, "refused", found);
      throw e;
    } catch (RolledBackException e) {
      pace.opened(found);
      roots.tell(container, "rolled-back", found);
      throw e;
    } finally {
      freedHeap.eraseSoon();
    }
    if (demand.isAnyAccepted()) {
      roots.tell(container, "rollback-accepted", found);
    }
    roots.tell(container, "unlocked", found);
  }
}
