package ctrenc.overlay.nest;

import ctrenc.overlay.ring.MemoryPart;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.Name;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What a store does for the trees of subvolumes that it keeps. Thread-safe. */
public interface Nesting {

  /**
   * A nested subvolume: it hangs at a directory of its parent, the anchor, which is empty there.
   *
   * @param place its own in the tree
   */
  record Nested(UUID id, UUID parent, long anchor, int place) {}

  /** The place of the subvolume that the number of an inode is of; 0 is the root's. */
  static int placeOf(long number) {
    return Numbers.place(number);
  }

  /** All that are nested in a subvolume, at any depth. */
  List<Nested> within(UUID root);

  /** Whether all of it is read only, and nothing can be nested, described or destroyed there. */
  default boolean isFrozen() {
    return false;
  }

  /** Makes one with a key of its own. */
  void make(Nested nested, Source source) throws ErrnoException;

  /** Opens one, with memory that outlives this process if there is any; ENOKEY if it is locked. */
  FileSystem open(UUID id, Optional<MemoryPart> memory) throws ErrnoException;

  /**
   * The KEK of one under that of the subvolume it is nested in, for a later process; empty if it is
   * not in memory.
   */
  Optional<byte[]> handOver(UUID id) throws ErrnoException;

  /** EBUSY if nothing would bring the keys of one back. */
  void requireLockable(UUID id) throws ErrnoException;

  /** Wipes the keys of one that is closed, and does not bring them back until {@link #unlock}. */
  void lock(UUID id) throws ErrnoException;

  /** Whether one was locked so, and not unlocked since. */
  boolean isLocked(UUID id);

  /** Lets one be opened again that was locked. */
  void unlock(UUID id) throws ErrnoException;

  /**
   * Destroys the keys of one and of all that are nested in it, then what they hold. None of them is
   * open.
   */
  void destroy(UUID id) throws ErrnoException;

  List<Name> snapshots(UUID id);

  Optional<UUID> findSnapshot(UUID id, Name name);

  /** The snapshots of nested subvolumes that are part of one, each after the one it is part of. */
  List<Nested> parts(UUID snapshot);

  /**
   * What a snapshot holds, for reading alone, for one user, with memory that outlives this process
   * if there is any; ENOKEY if its subvolume is locked, ENOENT if it is gone.
   */
  FileSystem openSnapshot(UUID snapshot, Optional<MemoryPart> memory) throws ErrnoException;

  void snapshot(UUID id, Name name) throws ErrnoException;

  /** The same of one and all that are nested in it, at one instant. */
  void snapshotWithNested(UUID id, Name name) throws ErrnoException;

  void removeSnapshot(UUID id, Name name) throws ErrnoException;

  Limits limits(UUID id);

  /** What one uses by itself; needs no key. */
  Usage usage(UUID id) throws ErrnoException;

  /** What may be told of a subvolume, as lines of a name and a value; no secret. */
  List<String> describe(UUID id) throws ErrnoException;
}
