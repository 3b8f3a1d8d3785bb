package ctrenc.overlay.nest;

import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.ChangeWatcher;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.Name;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.StampedLock;

/** Destroys nested subvolumes, and takes away the names that may lead to one. Thread-safe. */
final class TreeChanges {

  private final MemberTable members;
  private final Nesting nesting;
  private final TreeMemory memory;
  private volatile ChangeWatcher watcher = ChangeWatcher.nobody();

  TreeChanges(MemberTable members, Nesting nesting, TreeMemory memory) {
    this.memory = memory;
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
      List<Member> ending = List.of();
      if (child != null && !nesting.isFrozen() && !in.isFrozen()) {
        requireEmpty(child);
        ending = MemberTable.subtree(child);
        end(child);
      }
      in.fileSystem().rmdir(caller, parent, name);
      memory.ended(ending);
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
      boolean isMoved = caller.resent() && !hasName(in, parent, name);
      if (target != null && target != in.childAt(parent, name) && !isMoved) {
        throw new ErrnoException(Errno.EBUSY);
      }
      in.fileSystem().rename(caller, parent, name, newParent, newName, flags);
    } finally {
      names.unlock(stamp);
    }
  }

  static boolean hasName(Member in, long directory, Name name) throws ErrnoException {
    try {
      Attributes found = in.fileSystem().lookup(Caller.ROOT, directory, name);
      in.fileSystem().forget(found.inode(), 1);
      return true;
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT) {
        return false;
      }
      throw e;
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

  /** Destroys what hangs at a name, with all that is nested in it, whatever it holds. */
  void destroy(Member child, long directory, Name name) throws ErrnoException {
    Member in = child.parent();
    long stamp = in.names().writeLock();
    try {
      if (in.childAt(directory, name) != child) {
        throw new ErrnoException(Errno.ENOENT);
      }
      List<Member> ending = MemberTable.subtree(child);
      forgetContents(child, end(child));
      in.fileSystem().rmdir(Caller.ROOT, directory, name);
      memory.ended(ending);
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
    destroy(child, above.inode(), nameOf(in.fileSystem(), above.inode(), child.anchor()));
  }

  /** Keys first. Who had it open gets errors from here on. */
  long[] end(Member top) throws ErrnoException {
    long[] used = new long[0];
    for (Member member : MemberTable.subtree(top)) {
      used = Numbers.joined(close(member, Errno.ESTALE), used);
      memory.ending(member);
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
    forgetContents(member, close(member, reason));
  }

  /** Returns the numbers of what was in use; the memory knows nothing of them any more. */
  private long[] close(Member member, Errno reason) {
    FileSystem known = member.refuse(reason);
    if (known == null) {
      return new long[0];
    }
    long[] used = member.numbers(known.lock());
    memory.closed(member);
    return used;
  }

  /** Wipes the keys of one and of all that are nested in it. */
  void lock(Member top) throws ErrnoException {
    nesting.requireLockable(top.id());
    long[] used = new long[0];
    for (Member member : MemberTable.subtree(top)) {
      used = Numbers.joined(close(member, Errno.ENOKEY), used);
      nesting.lock(member.id());
      memory.locked(member);
    }
    forgetContents(top, used);
  }

  private void requireEmpty(Member child) throws ErrnoException {
    if (!child.children().isEmpty()
        || !nesting.snapshots(child.id()).isEmpty()
        || !isEmpty(child.fileSystem(), FileSystem.ROOT)) {
      throw new ErrnoException(Errno.ENOTEMPTY);
    }
  }

  static boolean isEmpty(FileSystem fileSystem, long directory) throws ErrnoException {
    boolean[] isEmpty = {true};
    PlainSink sink = new PlainSink((name, inode, cookie) -> isEmpty[0] = false);
    fileSystem.readdir(directory, 0, false, sink);
    return isEmpty[0];
  }

  static Name nameOf(FileSystem in, long directory, long anchor) throws ErrnoException {
    List<Name> found = new ArrayList<>(1);
    PlainSink sink = new PlainSink((name, inode, cookie) -> inode != anchor || !found.add(name));
    in.readdir(directory, 0, false, sink);
    if (found.isEmpty()) {
      throw new ErrnoException(Errno.ESTALE);
    }
    return found.getFirst();
  }

  /** The kernel learns that a name leads elsewhere. */
  void tell(Member in, long directory, Name name) {
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
