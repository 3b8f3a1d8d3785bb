package ctrenc.overlay.nest;

import ctrenc.overlay.vfs.AttributeChange;
import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.Name;
import ctrenc.overlay.vfs.Timestamp;
import java.util.UUID;

/** Makes nested subvolumes. Thread-safe. */
final class TreeMaking {

  private static final int ANCHOR_MODE = 0700;

  /** A nested subvolume is an anchor and a root directory. */
  private static final int INODES = 2;

  private final MemberTable members;
  private final Nesting nesting;
  private final TreeMemory memory;
  private final TreeChanges changes;

  TreeMaking(MemberTable members, Nesting nesting, TreeMemory memory, TreeChanges changes) {
    this.members = members;
    this.nesting = nesting;
    this.memory = memory;
    this.changes = changes;
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
      Attributes anchor = anchor(caller, in, directory, name);
      boolean isMade = false;
      try {
        Member before = in.children().get(anchor.inode());
        if (before == null) {
          hang(caller, in, anchor, mode, source);
        } else {
          own(caller, before, anchor, mode, source);
        }
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
    changes.tell(in, directory, name);
  }

  /**
   * Makes the directory that something is to hang at. One that an earlier process made, and did not
   * live to say so, is taken up: what hangs there now, or a directory that nobody may enter and
   * that holds nothing.
   */
  private static Attributes anchor(Caller caller, Member in, long directory, Name name)
      throws ErrnoException {
    FileSystem fileSystem = in.fileSystem();
    if (!caller.resent() || !TreeChanges.hasName(in, directory, name)) {
      return fileSystem.mkdir(caller, directory, name, 0, 0);
    }
    Attributes found = fileSystem.lookup(Caller.ROOT, directory, name);
    boolean isFree =
        found.isDirectory()
            && (found.mode() & FileMode.PERMISSIONS) == 0
            && TreeChanges.isEmpty(fileSystem, found.inode());
    if (!isFree && !in.children().containsKey(found.inode())) {
      fileSystem.forget(found.inode(), 1);
      throw new ErrnoException(Errno.EEXIST);
    }
    return found;
  }

  private void hang(Caller caller, Member in, Attributes anchor, int mode, Source source)
      throws ErrnoException {
    Nesting.Nested plan =
        new Nesting.Nested(UUID.randomUUID(), in.id(), anchor.inode(), members.newPlace());
    nesting.make(plan, source);
    Member child = members.add(in, plan);
    boolean isReady = false;
    try {
      memory.made(child);
      own(caller, child, anchor, mode, source);
      isReady = true;
    } finally {
      if (!isReady) {
        changes.end(child);
      }
    }
  }

  private static void own(Caller caller, Member child, Attributes anchor, int mode, Source source)
      throws ErrnoException {
    int permissions =
        source instanceof Source.Empty ? mode : child.fileSystem().getattr(FileSystem.ROOT).mode();
    own(caller, child.fileSystem(), FileSystem.ROOT, anchor, permissions);
    own(caller, child.parent().fileSystem(), anchor.inode(), anchor, ANCHOR_MODE);
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
}
