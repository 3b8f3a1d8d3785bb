package ctrenc.overlay.nest;

import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.FileSystemUsage;
import ctrenc.overlay.vfs.Name;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.StampedLock;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * A subvolume in its tree. It is opened when it is first used. Thread-safe.
 *
 * <p>Who takes a directory's name away holds {@link #names}: shared where nothing is nested in this
 * member, else alone, as does who nests something in it. So no anchor goes without its subvolume.
 */
final class Member {

  private final int place;
  private final UUID id;
  private final @Nullable Member parent;
  private final long anchor;
  private final boolean isFrozen;
  private final Opening opening;
  private final StampedLock names = new StampedLock();
  private final ConcurrentMap<Long, Member> children = new ConcurrentHashMap<>();
  private final Budget budget;
  private volatile @Nullable FileSystem opened;

  /** Why it cannot be opened. */
  private @Nullable Errno refusal;

  private boolean opensRefused;

  private Member(
      int place,
      UUID id,
      @Nullable Member parent,
      long anchor,
      boolean isFrozen,
      Opening opening,
      Measuring measuring) {
    this.isFrozen = isFrozen;
    budget = new Budget(() -> measuring.measure(this));
    this.place = place;
    this.id = id;
    this.parent = parent;
    this.anchor = anchor;
    this.opening = opening;
  }

  /** A member that is open from the start: the root of a tree, or the hidden directories. */
  static Member open(int place, UUID id, FileSystem fileSystem, Measuring measuring) {
    Member member = new Member(place, id, null, 0, false, unused -> fileSystem, measuring);
    member.opened = fileSystem;
    return member;
  }

  /** A subvolume that hangs in another one. */
  static Member nested(Nesting.Nested nested, Member parent, Opening opening, Measuring measuring) {
    return new Member(
        nested.place(), nested.id(), parent, nested.anchor(), false, opening, measuring);
  }

  /** A snapshot that is entered by a hidden directory, or is part of {@code parent}. */
  static Member frozen(Nesting.Nested part, @Nullable Member parent, Opening opening) {
    return new Member(
        part.place(), part.id(), parent, part.anchor(), true, opening, top -> Usage.NOTHING);
  }

  /** Whether it is a snapshot among subvolumes; nothing in it changes. */
  boolean isFrozen() {
    return isFrozen;
  }

  int place() {
    return place;
  }

  UUID id() {
    return id;
  }

  boolean isNested() {
    return parent != null;
  }

  Member parent() {
    return Objects.requireNonNull(parent, "only a nested subvolume has a parent");
  }

  /** The directory of the parent that it hangs at. */
  long anchor() {
    return anchor;
  }

  StampedLock names() {
    return names;
  }

  /** What it may use, with all that is nested in it. */
  Budget budget() {
    return budget;
  }

  /** Whether its own budget, or one of those it is nested in, has limits. */
  boolean isLimited() {
    return budget.isLimited() || (parent != null && parent.isLimited());
  }

  /** EDQUOT if there is no room for so much more, here or in what it is nested in. */
  void charge(long bytes, long inodes) throws ErrnoException {
    budget.charge(bytes, inodes);
    if (parent != null) {
      parent.charge(bytes, inodes);
    }
  }

  /** Something was removed or replaced here. */
  void shrink() {
    budget.shrink();
    if (parent != null) {
      parent.shrink();
    }
  }

  FileSystemUsage narrow(FileSystemUsage disk) throws ErrnoException {
    FileSystemUsage own = budget.narrow(disk);
    return parent == null ? own : parent.narrow(own);
  }

  /** What is nested in it, by anchor. */
  ConcurrentMap<Long, Member> children() {
    return children;
  }

  FileSystem fileSystem() throws ErrnoException {
    FileSystem known = opened;
    return known != null ? known : openNow();
  }

  private synchronized FileSystem openNow() throws ErrnoException {
    if (refusal != null) {
      throw new ErrnoException(refusal);
    }
    FileSystem known = opened;
    if (known == null) {
      known = opening.open(this);
      if (opensRefused) {
        known.refuseOpens(true);
      }
      opened = known;
    }
    return known;
  }

  /** The filesystem if it is open. */
  @Nullable FileSystem known() {
    return opened;
  }

  /** Opens no more files, or again, whether it is open already or is opened later. */
  synchronized void refuseOpens(boolean refused) {
    opensRefused = refused;
    if (opened != null) {
      opened.refuseOpens(refused);
    }
  }

  /** Is not opened from now on; returns what was open, for the caller to close. */
  synchronized @Nullable FileSystem refuse(Errno reason) {
    refusal = reason;
    opensRefused = false;
    FileSystem known = opened;
    opened = null;
    return known;
  }

  /** Is opened again when it is next used, unless it is gone. */
  synchronized void allow() {
    if (refusal == Errno.ENOKEY) {
      refusal = null;
    }
  }

  synchronized boolean isLocked() {
    return refusal == Errno.ENOKEY;
  }

  long number(long inode) {
    return Numbers.number(place, inode);
  }

  long[] numbers(long[] inodes) {
    return LongStream.of(inodes).map(this::number).toArray();
  }

  /** With the number in the tree, which what a hidden directory leads to may have already. */
  Attributes shown(Attributes attributes) {
    boolean isNumbered = place == 0 || Numbers.place(attributes.inode()) != 0;
    return isNumbered ? attributes : attributes.withInode(number(attributes.inode()));
  }

  /** Its root directory; of a locked one the anchor shows instead. */
  Attributes rootAttributes() throws ErrnoException {
    try {
      return shown(fileSystem().getattr(FileSystem.ROOT));
    } catch (ErrnoException e) {
      if (e.errno() != Errno.ENOKEY || !isNested()) {
        throw e;
      }
      return parent().fileSystem().getattr(anchor).withInode(number(FileSystem.ROOT));
    }
  }

  /** Whose it is: the owner of its root directory. */
  int owner() throws ErrnoException {
    return rootAttributes().uid();
  }

  /** What is nested at a name of a directory, if anything is. */
  @Nullable Member childAt(long directory, Name name) throws ErrnoException {
    if (children.isEmpty()) {
      return null;
    }
    FileSystem fileSystem = fileSystem();
    Attributes found;
    try {
      found = fileSystem.lookup(Caller.ROOT, directory, name);
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT) {
        return null;
      }
      throw e;
    }
    fileSystem.forget(found.inode(), 1);
    return children.get(found.inode());
  }
}
