package ctrenc.overlay.subvolume;

import ctrenc.overlay.nest.NestedFileSystem;
import ctrenc.overlay.nest.Nesting;
import ctrenc.overlay.nest.Tree;
import ctrenc.overlay.ring.MemoryPart;
import ctrenc.overlay.ring.RootMemory;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** The trees of the roots and snapshots that are open, one of each. Thread-safe. */
final class OpenTrees {

  /** Opens a root with its own part of the memory; {@code closed} has to run when it is closed. */
  interface Opening {
    FileSystem open(Optional<MemoryPart> memory, Runnable closed) throws IOException;
  }

  private final Map<UUID, NestedFileSystem> trees = new ConcurrentHashMap<>();
  private final Set<UUID> going = ConcurrentHashMap.newKeySet();

  Optional<Tree> find(UUID root) {
    return Optional.ofNullable(trees.get(root)).map(NestedFileSystem::tree);
  }

  /**
   * Opens a root or a snapshot with what is nested in it; to be called with its guard held.
   *
   * @param memory what of it outlives this process
   */
  FileSystem open(UUID root, Nesting nesting, Optional<RootMemory> memory, Opening opening)
      throws IOException {
    NestedFileSystem known = trees.get(root);
    if (known != null) {
      return known;
    }
    FileSystem alone = opening.open(memory.map(Tree::partOfRoot), () -> trees.remove(root));
    boolean isOpen = false;
    try {
      NestedFileSystem opened = Tree.of(root, alone, nesting, memory);
      trees.put(root, opened);
      isOpen = true;
      return opened;
    } catch (ErrnoException e) {
      throw new IOException(
          "What is nested in subvolume " + root + " could not be taken up: " + e.errno() + ".", e);
    } finally {
      if (!isOpen) {
        alone.close();
      }
    }
  }

  /** Lets those be used no more, or again, wherever they show; as {@link #remove} otherwise. */
  void refuse(Set<UUID> members, boolean refused) throws IOException {
    try {
      for (NestedFileSystem tree : trees.values()) {
        tree.tree().refuse(members, refused);
      }
    } catch (ErrnoException e) {
      throw new IOException("Nested subvolumes could not be given back: " + e.errno() + ".", e);
    }
  }

  /** Lets those open no more files, or again, wherever they show. */
  void refuseOpens(Set<UUID> members, boolean refused) {
    trees.values().forEach(tree -> tree.tree().refuseOpens(members, refused));
  }

  /**
   * Takes those away, wherever they show, and carries out a step before any of them is shown again;
   * to be called without any guard.
   */
  void without(Set<UUID> members, Step step) throws IOException {
    going.addAll(members);
    try {
      trees.values().forEach(tree -> tree.tree().remove(members));
      step.run();
    } finally {
      going.removeAll(members);
    }
  }

  /** Whether one is not to be shown, because it is being removed. */
  boolean isGoing(UUID member) {
    return going.contains(member);
  }

  /** The places of those in the tree of a root, if it is open. */
  Set<Integer> places(UUID root, Set<UUID> members) {
    return find(root).map(tree -> tree.places(members)).orElse(Set.of());
  }
}
