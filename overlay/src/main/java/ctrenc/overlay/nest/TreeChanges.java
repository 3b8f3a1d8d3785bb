package ctrenc.overlay.nest;

import ctrenc.overlay.vfs.AttributeChange;
import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.ChangeWatcher;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.Name;
import ctrenc.overlay.vfs.Timestamp;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.StampedLock;

/** Makes and destroys nested subvolumes, and takes away the names that may lead to one. */
final class TreeChanges {

  private static final int ANCHOR_MODE = 0700;

  /** A nested subvolume is an anchor and a root directory. */
  private static final int INODES = 2;

  private final MemberTable members;
  private final Nesting nesting;
  private volatile ChangeWatcher watcher = ChangeWatcher.nobody();

  TreeChanges(MemberTable members, Nesting nesting) {
    this.members = members;
    this.nesting = nesting;
  }

  void watch(ChangeWatcher told) {
    watcher = told;
  }

  void rmdir(Caller caller, Member in, long parent, Name name) throws ErrnoException {
    StampedLock names = in.names();
    long stamp = holdNames(in);
    try {
      Member child = in.childAt(parent, name);
      if (child != null && !nesting.isFrozen() && !in.isFrozen()) {
        requireEmpty(child);
        end(child);
      }
      in.fileSystem().rmdir(caller, parent, name);
    } finally {
      names.unlock(stamp);
    }
  }

  /** An anchor may be moved, and swapped, but nothing takes its place. */
  void rename(
      Caller caller, Member in, long parent, Name name, long newParent, Name newName, int flags)
      throws ErrnoException {
    StampedLock names = in.names();
    long stamp = holdNames(in);
    try {
      boolean replaces = (flags & (FileSystem.RENAME_EXCHANGE | FileSystem.RENAME_NOREPLACE)) == 0;
      Member target = replaces ? in.childAt(newParent, newName) : null;
      if (target != null && target != in.childAt(parent, name)) {
        throw new ErrnoException(Errno.EBUSY);
      }
      in.fileSystem().rename(caller, parent, name, newParent, newName, flags);
    } finally {
      names.unlock(stamp);
    }
  }

  private static long holdNames(Member in) {
    StampedLock names = in.names();
    long shared = names.readLock();
    if (in.children().isEmpty()) {
      return shared;
    }
    names.unlockRead(shared);
    return names.writeLock();
  }

  /**
   * Makes a subvolume, owned by the caller, at a fresh name of a directory. Until it hangs there,
   * nobody may enter the anchor. The kernel knows when this returns.
   */
  void make(Caller caller, Member in, long directory, Name name, int mode, Source source)
      throws ErrnoException {
    Tree.requireOrdinary(name);
    in.charge(0, INODES);
    FileSystem fileSystem = in.fileSystem();
    long stamp = in.names().writeLock();
    try {
      Attributes anchor = fileSystem.mkdir(caller, directory, name, 0, 0);
      boolean isMade = false;
      try {
        hang(caller, in, anchor, mode, source);
        isMade = true;
      } finally {
        fileSystem.forget(anchor.inode(), 1);
        if (!isMade) {
          fileSystem.rmdir(Caller.ROOT, directory, name);
        }
      }
    } finally {
      in.names().unlockWrite(stamp);
    }
    tell(in, directory, name);
  }

  private void hang(Caller caller, Member in, Attributes anchor, int mode, Source source)
      throws ErrnoException {
    Nesting.Nested plan =
        new Nesting.Nested(UUID.randomUUID(), in.id(), anchor.inode(), members.newPlace());
    nesting.make(plan, source);
    Member child = members.add(in, plan);
    boolean isReady = false;
    try {
      int permissions =
          source instanceof Source.Empty
              ? mode
              : child.fileSystem().getattr(FileSystem.ROOT).mode();
      own(caller, child.fileSystem(), FileSystem.ROOT, anchor, permissions);
      own(caller, in.fileSystem(), anchor.inode(), anchor, ANCHOR_MODE);
      isReady = true;
    } finally {
      if (!isReady) {
        end(child);
      }
    }
  }

  private static void own(Caller caller, FileSystem in, long inode, Attributes owner, int mode)
      throws ErrnoException {
    int set = AttributeChange.MODE | AttributeChange.UID | AttributeChange.GID;
    in.setattr(
        caller,
        inode,
        new AttributeChange(
            set,
            mode & FileMode.PERMISSIONS,
            owner.uid(),
            owner.gid(),
            0,
            Timestamp.EPOCH,
            Timestamp.EPOCH,
            Timestamp.EPOCH));
  }

  /** Destroys what hangs at a name, with all that is nested in it, whatever it holds. */
  void destroy(Member child, long directory, Name name) throws ErrnoException {
    Member in = child.parent();
    long stamp = in.names().writeLock();
    try {
      if (in.childAt(directory, name) != child) {
        throw new ErrnoException(Errno.ENOENT);
      }
      forgetContents(child, end(child));
      in.fileSystem().rmdir(Caller.ROOT, directory, name);
    } finally {
      in.names().unlockWrite(stamp);
    }
    tell(in, directory, name);
  }

  /** The same, wherever it hangs. */
  void destroy(Member child) throws ErrnoException {
    Member in = child.parent();
    Attributes above = in.fileSystem().lookup(Caller.ROOT, child.anchor(), Name.DOT_DOT);
    in.fileSystem().forget(above.inode(), 1);
    destroy(child, above.inode(), nameOf(in, above.inode(), child.anchor()));
  }

  /** Keys first. Who had it open gets errors from here on. */
  private long[] end(Member top) throws ErrnoException {
    long[] used = new long[0];
    for (Member member : MemberTable.subtree(top)) {
      FileSystem known = member.refuse(Errno.ESTALE);
      if (known != null) {
        used = Numbers.joined(member.numbers(known.lock()), used);
      }
    }
    nesting.destroy(top.id());
    top.parent().shrink();
    MemberTable.subtree(top).forEach(members::remove);
    return used;
  }

  /** Takes one away, whoever uses it: its anchor shows again. */
  void remove(Member member) {
    refuse(member, Errno.ESTALE);
    members.remove(member);
  }

  /** Lets one be used no more. */
  void refuse(Member member, Errno reason) {
    FileSystem known = member.refuse(reason);
    forgetContents(member, known == null ? new long[0] : member.numbers(known.lock()));
  }

  /** Wipes the keys of one and of all that are nested in it. */
  void lock(Member top) throws ErrnoException {
    nesting.requireLockable(top.id());
    long[] used = new long[0];
    for (Member member : MemberTable.subtree(top)) {
      FileSystem known = member.refuse(Errno.ENOKEY);
      if (known != null) {
        used = Numbers.joined(member.numbers(known.lock()), used);
      }
      nesting.lock(member.id());
    }
    forgetContents(top, used);
  }

  private void requireEmpty(Member child) throws ErrnoException {
    boolean[] isEmpty = {child.children().isEmpty() && nesting.snapshots(child.id()).isEmpty()};
    PlainSink sink = new PlainSink((name, inode, cookie) -> isEmpty[0] = false);
    child.fileSystem().readdir(FileSystem.ROOT, 0, false, sink);
    if (!isEmpty[0]) {
      throw new ErrnoException(Errno.ENOTEMPTY);
    }
  }

  private static Name nameOf(Member in, long directory, long anchor) throws ErrnoException {
    List<Name> found = new ArrayList<>(1);
    PlainSink sink = new PlainSink((name, inode, cookie) -> inode != anchor || !found.add(name));
    in.fileSystem().readdir(directory, 0, false, sink);
    if (found.isEmpty()) {
      throw new ErrnoException(Errno.ESTALE);
    }
    return found.getFirst();
  }

  private void tell(Member in, long directory, Name name) {
    watcher.entryChanged(in.number(directory), name);
    watcher.inodeChanged(in.number(directory));
  }

  private void forgetContents(Member top, long[] used) {
    for (long number : used) {
      watcher.inodeChanged(number);
    }
    watcher.inodeChanged(top.number(FileSystem.ROOT));
  }
}
