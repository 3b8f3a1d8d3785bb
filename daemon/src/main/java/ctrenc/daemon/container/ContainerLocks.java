package ctrenc.daemon.container;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import ctrenc.daemon.key.FreedHeap;
import ctrenc.daemon.key.HeldProtectors;
import ctrenc.daemon.key.Holders;
import ctrenc.daemon.key.ProtectorSource;
import ctrenc.daemon.key.UnlockPace;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.subvolume.Head;
import ctrenc.overlay.subvolume.HeadDemand;
import ctrenc.overlay.subvolume.RolledBackException;
import ctrenc.overlay.subvolume.Store;
import ctrenc.overlay.subvolume.WrongSecretException;
import ctrenc.proto.v1.HeldProtector;
import ctrenc.proto.v1.Holder;
import ctrenc.proto.v1.LockResponse;
import ctrenc.proto.v1.UnlockRequest;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Locks and unlocks the roots of containers. Thread-safe. */
public final class ContainerLocks {

  private final Store store;
  private final KeptRoots roots;
  private final RootMounter mounter;
  private final SnapshotMounts snapshots;
  private final ProtectorSource source;
  private final FreedHeap freedHeap;
  private final RootUsers users;
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
    this.users = new RootUsers(snapshots);
  }

  /** Those of what is nested in the roots, alone. */
  public NestedLocks nested() {
    return new NestedLocks(store, roots, users, source, freedHeap, pace);
  }

  /**
   * What became of locking.
   *
   * @param holders those who go on without the keys
   */
  public record Locked(List<Holders.Holder> holders, GivenHead head) {

    public LockResponse message() {
      LockResponse.Builder message = LockResponse.newBuilder();
      for (Holders.Holder holder : holders) {
        message.addHolders(
            Holder.newBuilder()
                .setPid(holder.pid())
                .setCommand(holder.command())
                .setPath(holder.path()));
      }
      head.head().ifPresent(given -> message.setHead(given.toString()));
      return message.setHeadProblem(head.problem()).build();
    }
  }

  /** What a request demands of the state that it opens. */
  public static HeadDemand demand(UnlockRequest request) throws RefusedException {
    if (request.getHead().isEmpty()) {
      return new HeadDemand(Optional.empty(), request.getAcceptRollback());
    }
    Optional<Head> head = Head.parse(request.getHead());
    if (head.isEmpty()) {
      throw RefusedException.invalid(
          "This is no HEAD: one is 32 hexadecimal digits, a dash and 4 more, and one of them is wrong.");
    }
    return new HeadDemand(head, request.getAcceptRollback());
  }

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
      holders = users.of(container, anyInode -> true);
      if (!holders.isEmpty() && !force) {
        roots.tell(container, "draining");
        throw RefusedException.conflict(
            "The root of "
                + container.identity.name()
                + RootUsers.shown(holders)
                + "; no more files of it are opened: end them and lock it again, say --force, or"
                + " unlock it to go on.");
      }
      if (isStrict) {
        store.subvolumes().heads().demand(container.identity.subvolume(), true);
      }
      head = GivenHead.of(store, container.identity.subvolume());
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
