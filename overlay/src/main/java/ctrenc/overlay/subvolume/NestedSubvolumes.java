package ctrenc.overlay.subvolume;

import ctrenc.crypto.kdf.LayerKey;
import ctrenc.crypto.protector.Protector;
import ctrenc.crypto.protector.ProtectorGroups;
import ctrenc.overlay.layer.LayerRange;
import ctrenc.overlay.nest.Nesting;
import ctrenc.overlay.nest.Tree;
import ctrenc.overlay.nest.Usage;
import ctrenc.overlay.storage.KeyAbsentException;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;

/**
 * Opens, locks and destroys the subvolumes that hang in others. Thread-safe.
 *
 * <p>A nested one is as lasting as its parent: in a throwaway tree its KEK is in memory alone; in a
 * kept one its key file has the KEK, wrapped by the parent's, so that it opens with its parent; or
 * wrapped by protectors of its own, so that it opens by them alone.
 */
final class NestedSubvolumes {

  private final StackTools tools;
  private final OpenTrees trees;

  /** Those that were locked alone. */
  private final Set<UUID> locked = ConcurrentHashMap.newKeySet();

  NestedSubvolumes(StackTools tools, OpenTrees trees) {
    this.tools = tools;
    this.trees = trees;
  }

  boolean isNested(UUID id) {
    return tools.nests().find(id).isPresent();
  }

  FileSystem open(UUID id) throws IOException {
    synchronized (tools.open().guard(id)) {
      SubvolumeRecord subvolume = tools.catalog().requireLiving(id);
      unlock(id);
      return tools
          .open()
          .open(id, closed -> tools.opener().open(subvolume, Optional.empty(), closed));
    }
  }

  /**
   * Brings the KEK of a nested subvolume into memory, by those that it is nested in.
   *
   * @throws KeyAbsentException if the root is locked, or one of them that has protectors of its own
   */
  void unlock(UUID id) throws IOException {
    if (locked.contains(id)) {
      throw Keyring.locked(id);
    }
    if (tools.keyring().holds(id)) {
      return;
    }
    Optional<NestRecord> nest = tools.nests().find(id);
    if (nest.isEmpty() || tools.catalog().requireLiving(id).throwaway()) {
      throw Keyring.locked(id);
    }
    byte[] stored = tools.parts().keySlots().read(id);
    if (ProtectorGroups.isBegunBy(stored)) {
      throw new KeyAbsentException(
          "Nested subvolume " + id + " has protectors of its own and is locked; unlock it.");
    }
    unlock(nest.get().parent());
    tools.keyring().unlockNested(nest.get().parent(), id, stored);
  }

  /** Whether protectors of its own open a nested one, and not its parent's KEK. */
  boolean isProtected(UUID id) throws IOException {
    return isNested(id)
        && !tools.catalog().requireLiving(id).throwaway()
        && ProtectorGroups.isBegunBy(tools.parts().keySlots().read(id));
  }

  /** Which numbers inodes of these and of all nested in them have, in any tree they show in. */
  LongPredicate inodes(UUID id) {
    List<NestRecord> all = new ArrayList<>(tools.nests().within(id));
    tools.nests().find(id).ifPresent(all::add);
    Set<Integer> places = all.stream().map(NestRecord::place).collect(Collectors.toSet());
    Set<UUID> snapshots =
        all.stream().flatMap(nest -> snapshotsOf(nest.id()).stream()).collect(Collectors.toSet());
    tools.nests().findRoot(id).ifPresent(root -> places.addAll(trees.places(root, snapshots)));
    return number -> places.contains(Nesting.placeOf(number));
  }

  /** Lets one and all that are nested in it, and their snapshots, open no more files, or again. */
  void refuseOpens(UUID id, boolean refused) throws IOException {
    Set<UUID> all = snapshotsWithin(id);
    all.addAll(tools.nests().withNested(id));
    trees.refuseOpens(all, refused);
  }

  /** Locks one and all that are nested in it, whoever uses them. */
  void lockTree(UUID id) throws IOException {
    Optional<Tree> tree = trees.find(tools.nests().rootOf(id));
    try {
      if (tree.isPresent()) {
        tree.get().lock(id);
        return;
      }
    } catch (ErrnoException e) {
      throw new IOException("The nested subvolume could not be locked: " + e.errno() + ".", e);
    }
    for (UUID one : tools.nests().withNested(tools.catalog().requireLiving(id).id())) {
      lock(one);
    }
  }

  /**
   * Lets them be used again, but for those in it with protectors of their own.
   *
   * @param check refuses it once its keys are in memory, and before anybody can use it
   * @throws WrongSecretException if it has some, and none of {@code held} opens it
   * @throws KeyAbsentException if it has none, and what it is nested in is locked
   */
  void unlockTree(UUID id, List<Protector> held, Step check) throws IOException {
    List<UUID> all = tools.nests().withNested(id);
    tools.open().guarded(all, () -> unlockTree(all, held, check));
    all.forEach(this::unlocked);
    trees.refuse(Set.copyOf(all), false);
  }

  private void unlockTree(List<UUID> all, List<Protector> held, Step check) throws IOException {
    UUID id = all.getFirst();
    boolean wasLocked = !tools.keyring().holds(id);
    Set<UUID> alone = all.stream().filter(locked::contains).collect(Collectors.toSet());
    locked.removeAll(alone);
    boolean isMet = false;
    try {
      if (wasLocked && isProtected(id)) {
        tools.keyring().unlock(id, tools.parts().keySlots().read(id), held);
      }
      unlock(id);
      check.run();
      isMet = true;
    } finally {
      if (!isMet) {
        locked.addAll(alone);
        if (wasLocked) {
          dropKeys(tools.catalog().requireLiving(id));
        }
      }
    }
  }

  /** Whether {@link #unlock} would bring the KEK of a subvolume into memory, or it is there. */
  boolean opensNow(UUID id) throws IOException {
    if (locked.contains(id)) {
      return false;
    }
    Optional<NestRecord> nest = tools.nests().find(id);
    return tools.keyring().holds(id)
        || nest.isPresent()
            && !tools.catalog().requireLiving(id).throwaway()
            && !isProtected(id)
            && opensNow(nest.get().parent());
  }

  /** Wipes a KEK; until {@link #unlocked} it does not come back, nor do snapshots open. */
  void lock(UUID id) throws IOException {
    locked.add(id);
    trees.refuse(snapshotsOf(id), true);
    synchronized (tools.open().guard(id)) {
      tools.keyring().drop(id);
    }
  }

  /** Lets the KEK be brought into memory again. */
  void unlocked(UUID id) {
    locked.remove(id);
    trees.refuse(snapshotsOf(id), false);
  }

  private Set<UUID> snapshotsOf(UUID id) {
    return tools.catalog().snapshotsOf(id).stream()
        .map(SnapshotRecord::id)
        .collect(Collectors.toSet());
  }

  /** Keys first, of all that are nested in it too. */
  void destroy(UUID id) throws IOException {
    trees.without(
        snapshotsWithin(id),
        () -> {
          synchronized (tools.open().guard(id)) {
            SubvolumeRecord subvolume = tools.catalog().requireLiving(id);
            dropKeys(subvolume);
            tools.eraser().destroy(subvolume);
            tools.open().forgetGuard(id);
          }
        });
    locked.remove(id);
  }

  private Set<UUID> snapshotsWithin(UUID id) throws IOException {
    Set<UUID> found = new HashSet<>();
    for (UUID one : tools.nests().withNested(tools.catalog().requireLiving(id).id())) {
      found.addAll(snapshotsOf(one));
    }
    return found;
  }

  /** Wipes the KEKs of one and of all that are nested in it. */
  void dropKeys(SubvolumeRecord top) {
    tools.eraser().withNested(top).forEach(subvolume -> tools.keyring().drop(subvolume.id()));
  }

  /** What one uses by itself. */
  Usage usage(UUID id) throws IOException {
    SubvolumeUsage stored = stored(id);
    return new Usage(stored.storedBytes() + stored.inodes() * Usage.RECORD, stored.inodes());
  }

  /** What the layers of a subvolume hold, nested or not. */
  SubvolumeUsage stored(UUID id) throws IOException {
    long bytes = 0;
    long inodes = 0;
    for (SubvolumeRecord.Level level : tools.catalog().requireLiving(id).stack()) {
      LayerRecord layer = tools.catalog().layer(level.layer());
      if (layer.kind() == LayerRecord.Kind.ENCRYPTED) {
        bytes += tools.parts().extents().storedBytes(layer);
        inodes += LayerRange.countInodes(tools.parts().meta(), layer.number());
      }
    }
    return new SubvolumeUsage(bytes, inodes);
  }

  /** The key that a subvolume's upper is sealed under; the caller closes it. */
  LayerKey upperKey(SubvolumeRecord subvolume) throws IOException {
    SubvolumeRecord.Level upper = subvolume.stack().getFirst();
    return tools
        .keyring()
        .layerKey(subvolume.id(), tools.catalog().layer(upper.layer()).id(), upper.wrappedKey());
  }
}
