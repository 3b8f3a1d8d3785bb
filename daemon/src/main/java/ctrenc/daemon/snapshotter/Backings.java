package ctrenc.daemon.snapshotter;

import ctrenc.daemon.container.HostedRoot;
import ctrenc.daemon.container.HostedRoots;
import ctrenc.daemon.container.RootKey;
import ctrenc.daemon.mounts.IdMapping;
import ctrenc.overlay.subvolume.Base;
import ctrenc.overlay.subvolume.SubvolumeUsage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Makes, shows, freezes and removes what is behind snapshots. Callers see to it that one snapshot
 * is changed by one of them, and that what it stands on stays. Thread-safe otherwise.
 */
final class Backings {

  /** Nothing is written through a view. */
  private static final Policy.Encrypted VIEW = new Policy.Encrypted(RootKey.THROWAWAY, 0);

  private final SnapshotTable table;
  private final PlainTrees trees;
  private final UnsyncedTrees unsynced;
  private final ChainImages images;
  private final HostedRoots roots;

  Backings(
      SnapshotTable table,
      PlainTrees trees,
      UnsyncedTrees unsynced,
      ChainImages images,
      HostedRoots roots) {
    this.table = table;
    this.trees = trees;
    this.unsynced = unsynced;
    this.images = images;
    this.roots = roots;
  }

  /** Makes what is behind a snapshot that is written to. */
  Backing make(SnapshotTable.Reservation place, Policy policy) throws IOException {
    Optional<Snapshot> parent = place.parent().map(SnapshotTable.Entry::snapshot);
    return switch (policy) {
      case Policy.Plain _ -> {
        if (parent.isPresent() && !Policies.isUnpacked(place.name())) {
          requireSynced(parent.get(), table.ancestors(parent.get()));
        }
        trees.make(place.number(), parent.map(Snapshot::number));
        yield new Backing.Tree();
      }
      case Policy.Encrypted encrypted ->
          new Backing.Root(makeRoot(place.number(), place.parent(), encrypted));
    };
  }

  private HostedRoot makeRoot(
      long number, Optional<SnapshotTable.Entry> parent, Policy.Encrypted policy)
      throws IOException {
    String name = Long.toString(number);
    if (parent.isPresent() && parent.get().snapshot().backing() instanceof Backing.Frozen(var of)) {
      return roots.fork(name, of, policy.key(), policy.quota());
    }
    Base base = parent.isPresent() ? base(parent.get()) : new Base.Empty();
    return roots.create(name, base, policy.key(), policy.quota());
  }

  /** What roots on a plain chain are built on; many at once wait for the one that indexes it. */
  Base base(SnapshotTable.Entry chain) throws IOException {
    chain.preparation.lock();
    try {
      Snapshot top = chain.snapshot();
      List<Snapshot> below = table.ancestors(top);
      requireSynced(top, below);
      return images.of(top, below);
    } finally {
      chain.preparation.unlock();
    }
  }

  /** What others write upon a chain and sync outlives power loss only if the chain does. */
  private void requireSynced(Snapshot top, List<Snapshot> below) throws IOException {
    Set<Long> chain = new HashSet<>(Set.of(top.number()));
    below.forEach(ancestor -> chain.add(ancestor.number()));
    unsynced.require(chain);
  }

  /** Makes what is behind a snapshot that is only read. */
  Backing makeView(SnapshotTable.Reservation place, Wishes wishes) throws IOException {
    if (wishes.mapping().isPresent()) {
      return makeView(place.number(), place.parent());
    }
    if (place.parent().isEmpty()) {
      trees.make(place.number(), Optional.empty());
      return new Backing.Tree();
    }
    boolean isEncrypted = place.parent().get().snapshot().backing().isEncrypted();
    return isEncrypted ? makeView(place.number(), place.parent()) : new Backing.Chain();
  }

  private Backing makeView(long number, Optional<SnapshotTable.Entry> parent) throws IOException {
    return new Backing.View(makeRoot(number, parent, VIEW));
  }

  /** Whether a view needs {@link #makeViewAgain}: its root ended with the daemon that made it. */
  boolean isLost(Snapshot snapshot) {
    return snapshot.backing() instanceof Backing.View(HostedRoot root) && !roots.isThere(root.id());
  }

  Backing makeViewAgain(Snapshot view) throws IOException {
    return makeView(
        view.number(),
        view.hasParent() ? Optional.of(table.find(view.parent())) : Optional.empty());
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
          case Backing.Root(HostedRoot root) -> bind(root, snapshot, isWritable);
          case Backing.View(HostedRoot root) -> bind(root, snapshot, false);
          case Backing.Frozen _ ->
              throw new IllegalStateException("a committed snapshot has no mounts");
        });
  }

  private HostMount bind(HostedRoot root, Snapshot snapshot, boolean isWritable)
      throws IOException {
    Optional<IdMapping> mapping = Wishes.of(snapshot.labels()).mapping();
    return HostMount.bind(roots.show(root, mapping), isWritable);
  }

  private List<Long> chainBelow(Snapshot snapshot) throws IOException {
    List<Long> chain = new ArrayList<>();
    table.ancestors(snapshot).forEach(ancestor -> chain.add(ancestor.number()));
    return chain;
  }

  /**
   * Freezes what an active snapshot holds, so that others can stand on it. It is durable, but for
   * an image's layer: that can be unpacked again, and is waited for when it has to be durable.
   */
  Backing freeze(Snapshot snapshot) throws IOException {
    return switch (snapshot.backing()) {
      case Backing.Tree tree -> {
        unsynced.mark(snapshot.number());
        if (!Policies.isUnpacked(snapshot.name())) {
          unsynced.require(Set.of(snapshot.number()));
        }
        yield tree;
      }
      case Backing.Root(HostedRoot root) ->
          new Backing.Frozen(roots.freeze(root, keyBelow(snapshot)));
      default -> throw new IllegalStateException("only what is written to is frozen");
    };
  }

  /** What opens a container that was throwaway when it is committed: it holds its parent, too. */
  private RootKey keyBelow(Snapshot snapshot) throws IOException {
    return snapshot.hasParent()
        ? table.find(snapshot.parent()).snapshot().backing().key().orElse(RootKey.MACHINE)
        : RootKey.MACHINE;
  }

  /** Takes a root away that was committed, unless somebody still has it mounted. */
  void settle(Snapshot committed) throws IOException {
    if (committed.backing() instanceof Backing.Frozen(HostedRoots.Frozen frozen)) {
      roots.hideUnused(frozen.root().id());
    }
  }

  /** What a snapshot takes by now, without what it stands on. */
  Snapshot.Usage usage(Snapshot snapshot) throws IOException {
    return switch (snapshot.backing()) {
      case Backing.Tree _ -> trees.usage(snapshot.number());
      case Backing.Root(HostedRoot root) -> usage(root.id(), snapshot);
      case Backing.Frozen(HostedRoots.Frozen frozen) -> usage(frozen.root().id(), snapshot);
      case Backing.Chain _, Backing.View _ -> Snapshot.Usage.NOTHING;
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
      case Backing.Root(HostedRoot root) -> roots.destroy(root.id());
      case Backing.Frozen(HostedRoots.Frozen frozen) -> roots.destroy(frozen.root().id());
      case Backing.Tree _ -> images.remove(snapshot.number());
      case Backing.View(HostedRoot root) -> roots.destroy(root.id());
      case Backing.Chain _ -> {
        // The trees are its parent's.
      }
    }
  }

  /** Gives back the room of a snapshot that is forgotten. */
  void clear(Snapshot snapshot) throws IOException {
    if (snapshot.backing() instanceof Backing.Tree) {
      trees.remove(snapshot.number());
      unsynced.forget(snapshot.number());
    }
  }
}
