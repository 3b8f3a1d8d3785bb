package ctrenc.daemon.container;

import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.subvolume.Head;
import ctrenc.overlay.subvolume.KeyLoss;
import ctrenc.overlay.subvolume.SnapshotInfo;
import ctrenc.overlay.subvolume.Store;
import ctrenc.proto.v1.Snapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Snapshots, forks and fresh keys of containers' roots, which may be in use meanwhile. A snapshot
 * is called by its container and its name, {@code CONTAINER@NAME}. Thread-safe.
 */
public final class RootMoves {

  private final Store store;
  private final ContainerRegistry registry;
  private final RootMounter mounter;
  private final ShownSnapshots mounts;
  private final ContainerMaker maker;

  RootMoves(
      Store store,
      ContainerRegistry registry,
      RootMounter mounter,
      ShownSnapshots mounts,
      ContainerMaker maker) {
    this.store = store;
    this.registry = registry;
    this.mounter = mounter;
    this.mounts = mounts;
    this.maker = maker;
  }

  /** Keeps what a root holds now; without a name, the time is its name. */
  Snapshot snapshot(String container, String name) throws IOException {
    return snapshot(container, name, false);
  }

  /**
   * The same.
   *
   * @param recursive with all that is nested in it, at the same instant
   */
  public Snapshot snapshot(String container, String name, boolean recursive) throws IOException {
    String chosen = SnapshotNames.chosen(name);
    return withSettled(
        registry.find(container),
        owner -> {
          UUID subvolume = owner.identity.subvolume();
          return view(
              owner,
              recursive
                  ? store.snapshots().createRecursive(subvolume, chosen)
                  : store.snapshots().create(subvolume, chosen));
        });
  }

  /** Of one container, or of all where none is named; the oldest first. */
  public List<Snapshot> list(String container) throws IOException {
    List<ManagedContainer> owners =
        container.isEmpty() ? List.copyOf(registry.all()) : List.of(registry.find(container));
    List<Snapshot> views = new ArrayList<>();
    for (SnapshotInfo snapshot : store.snapshots().list()) {
      for (ManagedContainer owner : owners) {
        if (owner.identity.subvolume().equals(snapshot.subvolume())) {
          views.add(view(owner, snapshot));
        }
      }
    }
    return views;
  }

  public Snapshot remove(String reference) throws IOException {
    return withSnapshot(
        reference,
        (owner, snapshot) -> {
          requireNotMounted(mounts.plain(), snapshot, reference);
          requireNotMounted(mounts.sealed(), snapshot, "--ciphertext " + reference);
          Snapshot last = view(owner, snapshot);
          KeyLoss lost = store.snapshots().remove(snapshot.id());
          return last.toBuilder().setLost(new LayerViews(registry).of(lost)).build();
        });
  }

  private static void requireNotMounted(
      SnapshotMounts mounts, SnapshotInfo snapshot, String arguments) throws RefusedException {
    if (mounts.place(snapshot.id()).isPresent()) {
      throw RefusedException.conflict(
          "The snapshot "
              + snapshot.name()
              + " is mounted: unmount it first, with: ctr-enc umount "
              + arguments);
    }
  }

  /** Shows a snapshot for reading; returns the path asked for. */
  public Path mount(String reference, Optional<Path> target) throws IOException {
    return withUnlockedSnapshot(reference, (_, snapshot) -> mounts.plain().show(snapshot, target));
  }

  public Snapshot unmount(String reference) throws IOException {
    return withSnapshot(
        reference,
        (owner, snapshot) -> {
          mounts.plain().takeDown(snapshot.id());
          return view(owner, snapshot);
        });
  }

  /** Lets what a root writes from now on be under a new key. */
  ManagedContainer rotate(String container) throws IOException {
    return withSettled(
        registry.find(container),
        owner -> {
          store.subvolumes().rotate(owner.identity.subvolume());
          return owner;
        });
  }

  /** Makes a container that goes on from a container or a snapshot; it is not mounted yet. */
  ManagedContainer fork(String source, String name, boolean keep) throws IOException {
    if (source.indexOf('@') < 0) {
      return withSettled(
          registry.find(source), origin -> maker.fork(origin, Optional.empty(), name, keep));
    }
    return withUnlockedSnapshot(
        source, (origin, snapshot) -> maker.fork(origin, Optional.of(snapshot), name, keep));
  }

  /**
   * With a container that is unlocked; what was written before is in what is frozen now, also where
   * the kernel still had it.
   */
  <T> T withSettled(ManagedContainer container, Move<T> move) throws IOException {
    mounter.unlock(container);
    return with(
        container,
        owner -> {
          settle(owner);
          return move.of(owner);
        });
  }

  private void settle(ManagedContainer container) throws IOException {
    container.guard.lock();
    try {
      mounter.requireUnlocked(container);
      if (container.root.isPresent()) {
        container.root.get().writeBack();
      }
    } finally {
      container.guard.unlock();
    }
  }

  /** What is done with a container that stays meanwhile. */
  interface Move<T> {
    T of(ManagedContainer owner) throws IOException;
  }

  /** What is done with a snapshot that stays meanwhile. */
  private interface SnapshotMove<T> {
    T of(ManagedContainer owner, SnapshotInfo snapshot) throws IOException;
  }

  static <T> T with(ManagedContainer container, Move<T> move) throws IOException {
    container.guard.lock();
    try {
      if (container.phase == Phase.GONE) {
        throw RefusedException.absent(
            "The container " + container.identity.name() + " was removed.");
      }
      return move.of(container);
    } finally {
      container.guard.unlock();
    }
  }

  private <T> T withSnapshot(String reference, SnapshotMove<T> move) throws IOException {
    return with(ownerOf(reference), owner -> move.of(owner, find(owner, reference)));
  }

  private <T> T withUnlockedSnapshot(String reference, SnapshotMove<T> move) throws IOException {
    ManagedContainer owner = ownerOf(reference);
    find(owner, reference); // Nothing is unlocked for one that is not there.
    mounter.unlock(owner);
    return withSnapshot(
        reference,
        (same, snapshot) -> {
          mounter.requireUnlocked(same);
          return move.of(same, snapshot);
        });
  }

  private ManagedContainer ownerOf(String reference) throws RefusedException {
    int at = reference.indexOf('@');
    if (at < 0) {
      throw RefusedException.invalid(
          "A snapshot is called CONTAINER@NAME; ctr-enc snapshot ls lists those there are.");
    }
    return registry.find(reference.substring(0, at));
  }

  SnapshotInfo find(ManagedContainer owner, String reference) throws RefusedException {
    return store
        .snapshots()
        .find(owner.identity.subvolume(), reference.substring(reference.indexOf('@') + 1))
        .orElseThrow(
            () ->
                RefusedException.absent(
                    "There is no snapshot "
                        + reference
                        + ": ctr-enc snapshot ls lists those there are."));
  }

  private Snapshot view(ManagedContainer owner, SnapshotInfo snapshot) {
    return Snapshot.newBuilder()
        .setId(snapshot.id().toString())
        .setName(snapshot.name())
        .setContainer(owner.identity.name())
        .setContainerId(owner.id())
        .setCreatedAtMillis(snapshot.created().toEpochMilli())
        .setNested(store.snapshots().parts(snapshot.id()))
        .setHead(snapshot.head().map(Head::toString).orElse(""))
        .setRoot(mounts.plain().place(snapshot.id()).map(Path::toString).orElse(""))
        .build();
  }
}
