package ctrenc.daemon.snapshotter;

import ctrenc.daemon.container.HostedRoots;
import ctrenc.overlay.subvolume.Base;
import ctrenc.overlay.subvolume.SubvolumeUsage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Makes, shows, freezes and removes what is behind snapshots. Callers see to it that one snapshot
 * is changed by one of them, and that what it stands on stays. Thread-safe otherwise.
 */
final class Backings {

  private final SnapshotTable table;
  private final PlainTrees trees;
  private final ChainImages images;
  private final HostedRoots roots;

  Backings(SnapshotTable table, PlainTrees trees, ChainImages images, HostedRoots roots) {
    this.table = table;
    this.trees = trees;
    this.images = images;
    this.roots = roots;
  }

  /** Makes what is behind a snapshot that is written to. */
  Backing make(SnapshotTable.Reservation place, Policy policy) throws IOException {
    Optional<Snapshot> parent = place.parent().map(SnapshotTable.Entry::snapshot);
    if (policy.isPlain()) {
      trees.make(place.number(), parent.map(Snapshot::number));
      return new Backing.Tree();
    }
    String name = Long.toString(place.number());
    if (parent.isPresent() && parent.get().backing() instanceof Backing.Frozen(var frozen)) {
      return new Backing.Root(roots.fork(name, frozen, policy.isKept()));
    }
    Base base = place.parent().isPresent() ? base(place.parent().get()) : new Base.Empty();
    return new Backing.Root(roots.create(name, base, policy.isKept()));
  }

  /** What roots on a plain chain are built on; many at once wait for the one that indexes it. */
  Base base(SnapshotTable.Entry chain) throws IOException {
    chain.preparation.lock();
    try {
      Snapshot top = chain.snapshot();
      return images.of(top, table.ancestors(top));
    } finally {
      chain.preparation.unlock();
    }
  }

  /** Makes what is behind a snapshot that is only read. */
  Backing makeView(SnapshotTable.Reservation place) throws IOException {
    if (place.parent().isEmpty()) {
      trees.make(place.number(), Optional.empty());
      return new Backing.Tree();
    }
    boolean isEncrypted = place.parent().get().snapshot().backing().isEncrypted();
    return isEncrypted ? new Backing.FrozenView() : new Backing.Chain();
  }

  /** How to mount an active or view snapshot; encrypted ones are shown first. */
  List<HostMount> mounts(Snapshot snapshot) throws IOException {
    boolean isWritable = snapshot.kind() == SnapshotKind.ACTIVE;
    return List.of(
        switch (snapshot.backing()) {
          case Backing.Tree _ ->
              isWritable
                  ? trees.writable(snapshot.number(), chainBelow(snapshot))
                  : trees.readable(List.of(snapshot.number()));
          case Backing.Chain _ -> trees.readable(chainBelow(snapshot));
          case Backing.Root(UUID root) -> HostMount.bind(roots.show(root), isWritable);
          case Backing.FrozenView _ -> HostMount.bind(roots.show(frozenBelow(snapshot)), false);
          case Backing.Frozen _ ->
              throw new IllegalStateException("a committed snapshot has no mounts");
        });
  }

  private List<Long> chainBelow(Snapshot snapshot) throws IOException {
    List<Long> chain = new ArrayList<>();
    table.ancestors(snapshot).forEach(ancestor -> chain.add(ancestor.number()));
    return chain;
  }

  private HostedRoots.Frozen frozenBelow(Snapshot snapshot) throws IOException {
    Backing parent = table.find(snapshot.parent()).snapshot().backing();
    if (parent instanceof Backing.Frozen(HostedRoots.Frozen frozen)) {
      return frozen;
    }
    throw new IllegalStateException("the parent of " + snapshot.number() + " is not frozen");
  }

  /** Makes durable what an active snapshot holds, so that others can stand on it. */
  Backing freeze(Snapshot snapshot) throws IOException {
    return switch (snapshot.backing()) {
      case Backing.Tree tree -> {
        trees.sync(snapshot.number());
        yield tree;
      }
      case Backing.Root(UUID root) -> new Backing.Frozen(roots.freeze(root));
      default -> throw new IllegalStateException("only what is written to is frozen");
    };
  }

  /** Takes a root away that was committed, unless somebody still has it mounted. */
  void settle(Snapshot committed) throws IOException {
    if (committed.backing() instanceof Backing.Frozen(HostedRoots.Frozen frozen)) {
      roots.hideUnused(frozen.root());
    }
  }

  /** What a snapshot takes by now, without what it stands on. */
  Snapshot.Usage usage(Snapshot snapshot) throws IOException {
    return switch (snapshot.backing()) {
      case Backing.Tree _ -> trees.usage(snapshot.number());
      case Backing.Root(UUID root) -> usage(root, snapshot);
      case Backing.Frozen(HostedRoots.Frozen frozen) -> usage(frozen.root(), snapshot);
      case Backing.Chain _, Backing.FrozenView _ -> Snapshot.Usage.NOTHING;
    };
  }

  private Snapshot.Usage usage(UUID root, Snapshot snapshot) throws IOException {
    if (!roots.isThere(root)) {
      return Snapshot.Usage.NOTHING;
    }
    SubvolumeUsage all = roots.usage(root);
    long bytes = all.storedBytes();
    long inodes = all.inodes();
    for (Snapshot ancestor : table.ancestors(snapshot)) {
      if (ancestor.backing().isEncrypted()) {
        bytes -= ancestor.usage().bytes();
        inodes -= ancestor.usage().inodes();
      }
    }
    return new Snapshot.Usage(Math.max(0, bytes), Math.max(0, inodes));
  }

  /** Destroys keys, or forgets what is made of trees; what is left of it nobody can use. */
  void destroy(Snapshot snapshot) throws IOException {
    switch (snapshot.backing()) {
      case Backing.Root(UUID root) -> roots.destroy(root);
      case Backing.Frozen(HostedRoots.Frozen frozen) -> roots.destroy(frozen.root());
      case Backing.Tree _ -> images.remove(snapshot.number());
      case Backing.FrozenView _ -> hideUnlessViewed(snapshot);
      case Backing.Chain _ -> {
        // The trees are its parent's.
      }
    }
  }

  /** All views of one frozen root are shown at one place. */
  private void hideUnlessViewed(Snapshot view) throws IOException {
    ReentrantLock shared = table.find(view.parent()).preparation;
    shared.lock();
    try {
      if (!isViewedByOthers(view)) {
        roots.hide(frozenBelow(view));
      }
    } finally {
      shared.unlock();
    }
  }

  private boolean isViewedByOthers(Snapshot view) {
    return table.all().stream()
        .map(SnapshotTable.Entry::snapshot)
        .anyMatch(
            other ->
                other.number() != view.number()
                    && other.parent().equals(view.parent())
                    && other.backing() instanceof Backing.FrozenView);
  }

  /** Gives back the room of a snapshot that is forgotten. */
  void clear(Snapshot snapshot) throws IOException {
    if (snapshot.backing() instanceof Backing.Tree) {
      trees.remove(snapshot.number());
    }
  }
}
