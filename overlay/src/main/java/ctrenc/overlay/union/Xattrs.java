package ctrenc.overlay.union;

import ctrenc.overlay.layer.InodeRecord;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads and changes extended attributes. */
final class Xattrs {

  private static final int CREATE = 1;
  private static final int REPLACE = 2;
  private static final int MAX_VALUE = 64 << 10;
  private static final int MAX_LIST = 64 << 10;

  /**
   * All attributes of one inode lie in its record, which is written as a whole with every change of
   * the inode.
   */
  private static final int MAX_TOTAL = 512 << 10;

  private static final Name USER = Name.of("user.");
  private static final List<Name> NAMESPACES =
      List.of(USER, Name.of("trusted."), Name.of("security."));

  private final NodeTable nodes;
  private final Changes changes;
  private final WallClock clock;

  Xattrs(NodeTable nodes, Changes changes, WallClock clock) {
    this.nodes = nodes;
    this.changes = changes;
    this.clock = clock;
  }

  byte[] get(long inode, Name name) throws IOException, ErrnoException {
    try (NodeTable.Pin pin = nodes.pin(inode)) {
      byte[] value = pin.node().inodeRecord().xattrs().get(name);
      if (value == null) {
        requireName(name);
        throw new ErrnoException(Errno.ENODATA);
      }
      return value.clone();
    }
  }

  byte[] list(long inode) throws IOException, ErrnoException {
    try (NodeTable.Pin pin = nodes.pin(inode)) {
      InodeRecord inodeRecord = pin.node().inodeRecord();
      byte[] list = new byte[listLength(inodeRecord.xattrs().keySet())];
      int at = 0;
      for (Name name : inodeRecord.xattrs().keySet()) {
        name.copyTo(list, at);
        at += name.length() + 1;
      }
      return list;
    }
  }

  void set(Caller caller, long inode, Name name, byte[] value, int flags, boolean killSetgid)
      throws IOException, ErrnoException {
    if (value.length > MAX_VALUE) {
      throw new ErrnoException(Errno.E2BIG);
    }
    if (name.length() > Name.MAX_LENGTH) {
      throw new ErrnoException(Errno.ERANGE);
    }
    try (NodeTable.Pin pin = nodes.pin(inode);
        NodeLocks locks = NodeLocks.of(pin.node());
        Change change = changes.begin()) {
      InodeRecord inodeRecord = pin.node().inodeRecord();
      requireNamespace(inodeRecord, name);
      // Sent again, an attribute that must be new may be there by the first try.
      int wanted = caller.resent() ? flags & ~CREATE : flags;
      requireFlags(inodeRecord.xattrs().get(name), wanted);
      InodeEdit edit = change.edit(pin.node());
      put(edit, name, value);
      if (killSetgid) {
        edit.mode(edit.mode() & ~FileMode.SETGID);
      }
      requireRoom(edit);
      edit.changed(clock.now());
      change.commitAttributes();
    }
  }

  void remove(Caller caller, long inode, Name name) throws IOException, ErrnoException {
    try (NodeTable.Pin pin = nodes.pin(inode);
        NodeLocks locks = NodeLocks.of(pin.node());
        Change change = changes.begin()) {
      InodeRecord inodeRecord = pin.node().inodeRecord();
      requireNamespace(inodeRecord, name);
      if (!inodeRecord.xattrs().containsKey(name)) {
        if (PosixAcl.isAcl(name) || caller.resent()) {
          return;
        }
        throw new ErrnoException(Errno.ENODATA);
      }
      change.edit(pin.node()).xattr(name, null).changed(clock.now());
      change.commitAttributes();
    }
  }

  private static void put(InodeEdit edit, Name name, byte[] value) throws ErrnoException {
    if (name.equals(PosixAcl.ACCESS)) {
      AclAttributes.setAccess(edit, PosixAcl.decode(value));
    } else if (name.equals(PosixAcl.DEFAULT)) {
      AclAttributes.setDefault(edit, PosixAcl.decode(value));
    } else {
      edit.xattr(name, value.clone());
    }
  }

  private static void requireNamespace(InodeRecord inodeRecord, Name name) throws ErrnoException {
    if (PosixAcl.isAcl(name) && FileMode.isSymlink(inodeRecord.mode())) {
      throw new ErrnoException(Errno.EOPNOTSUPP);
    }
    if (name.startsWith(USER) && !inodeRecord.isRegular() && !inodeRecord.isDirectory()) {
      throw new ErrnoException(Errno.EPERM);
    }
    requireName(name);
  }

  /** As ext4: a namespace alone is no name, and any other namespace is not known. */
  private static void requireName(Name name) throws ErrnoException {
    if (NAMESPACES.contains(name)) {
      throw new ErrnoException(Errno.EINVAL);
    }
    if (!PosixAcl.isAcl(name) && NAMESPACES.stream().noneMatch(name::startsWith)) {
      throw new ErrnoException(Errno.EOPNOTSUPP);
    }
  }

  private static void requireFlags(byte @Nullable [] present, int flags) throws ErrnoException {
    if ((flags & ~(CREATE | REPLACE)) != 0) {
      throw new ErrnoException(Errno.EINVAL);
    }
    if ((flags & CREATE) != 0 && present != null) {
      throw new ErrnoException(Errno.EEXIST);
    }
    if ((flags & REPLACE) != 0 && present == null) {
      throw new ErrnoException(Errno.ENODATA);
    }
  }

  private static void requireRoom(InodeEdit edit) throws ErrnoException {
    int names = listLength(edit.xattrs().keySet());
    long total = names + edit.xattrs().values().stream().mapToLong(value -> value.length).sum();
    if (names > MAX_LIST || total > MAX_TOTAL) {
      throw new ErrnoException(Errno.ENOSPC);
    }
  }

  private static int listLength(Iterable<Name> names) {
    int length = 0;
    for (Name name : names) {
      length += name.length() + 1;
    }
    return length;
  }
}
