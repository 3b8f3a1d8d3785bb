package ctrenc.overlay.vfs;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The inodes and names of {@link MemoryFileSystem}, guarded by it. */
final class MemoryTree {

  private final Map<Long, MemoryInode> inodes = new HashMap<>();
  private long nextInode = FileSystem.ROOT + 1;

  MemoryTree() {
    MemoryInode root = new MemoryInode(FileSystem.ROOT, FileMode.DIRECTORY | 0755, 0, 0, now());
    root.parent = FileSystem.ROOT;
    root.links = 2;
    inodes.put(root.number, root);
  }

  static Timestamp now() {
    Instant now = Instant.now();
    return new Timestamp(now.getEpochSecond(), now.getNano());
  }

  int count() {
    return inodes.size();
  }

  @Nullable MemoryInode find(long inode) {
    return inodes.get(inode);
  }

  MemoryInode get(long inode) throws ErrnoException {
    MemoryInode found = inodes.get(inode);
    if (found == null) {
      throw new ErrnoException(Errno.ESTALE);
    }
    return found;
  }

  MemoryInode directory(long inode) throws ErrnoException {
    MemoryInode found = get(inode);
    if (!found.isDirectory()) {
      throw new ErrnoException(Errno.ENOTDIR);
    }
    return found;
  }

  /** Drops an inode that nothing leads to any more. */
  void dropIfUnused(MemoryInode inode) {
    if (inode.links == 0 && inode.references == 0 && inode.handles == 0) {
      inodes.remove(inode.number);
    }
  }

  MemoryInode child(long parent, Name name) throws ErrnoException {
    MemoryInode directory = directory(parent);
    if (name.equals(Name.DOT)) {
      return directory;
    }
    if (name.equals(Name.DOT_DOT)) {
      return get(directory.parent);
    }
    MemoryInode.Entry entry = directory.entry(name);
    if (entry == null) {
      throw new ErrnoException(Errno.ENOENT);
    }
    return get(entry.inode());
  }

  /** A new object with no name yet; umask and default ACL, owner and group as Linux gives them. */
  MemoryInode make(Caller caller, long parent, int mode, int umask) throws ErrnoException {
    MemoryInode directory = directory(parent);
    if (directory.links == 0) {
      throw new ErrnoException(Errno.ENOENT);
    }
    boolean inheritsGroup = (directory.mode & FileMode.SETGID) != 0;
    int gid = inheritsGroup ? directory.gid : caller.gid();
    boolean isDirectory = FileMode.isDirectory(mode);
    int inherited = inheritsGroup && isDirectory ? FileMode.SETGID : 0;
    byte[] acl = FileMode.isSymlink(mode) ? null : directory.extended.get(MemoryAcl.DEFAULT);
    int masked = acl == null ? mode & ~umask : mode;
    MemoryInode made = new MemoryInode(nextInode++, masked | inherited, caller.uid(), gid, now());
    if (acl != null) {
      byte[] access = MemoryAcl.inherited(acl, mode);
      made.mode = MemoryAcl.modeOf(access, made.mode);
      if (!MemoryAcl.isPlain(access)) {
        made.extended.put(MemoryAcl.ACCESS, access);
      }
      if (isDirectory) {
        made.extended.put(MemoryAcl.DEFAULT, acl.clone());
      }
    }
    inodes.put(made.number, made);
    return made;
  }

  /** {@link #make}, with a name. */
  MemoryInode makeNamed(Caller caller, long parent, Name name, int mode, int umask)
      throws ErrnoException {
    if (directory(parent).entry(name) != null) {
      throw new ErrnoException(Errno.EEXIST);
    }
    MemoryInode made = make(caller, parent, mode, umask);
    enter(directory(parent), name, made);
    return made;
  }

  /** Gives an object one more name. */
  void enter(MemoryInode parent, Name name, MemoryInode inode) {
    parent.enter(name, inode.number, now());
    attach(parent, inode);
  }

  private static void attach(MemoryInode parent, MemoryInode inode) {
    inode.changed = now();
    if (inode.isDirectory()) {
      inode.parent = parent.number;
      inode.links = 2;
      parent.links++;
    } else {
      inode.links++;
    }
  }

  private void detach(MemoryInode parent, MemoryInode inode) {
    inode.changed = now();
    if (inode.isDirectory()) {
      inode.links = 0;
      parent.links--;
    } else {
      inode.links--;
    }
    dropIfUnused(inode);
  }

  /** Takes a name away. */
  void remove(long parent, Name name, boolean wantDirectory) throws ErrnoException {
    MemoryInode inode = child(parent, name);
    checkReplaceable(inode, wantDirectory);
    MemoryInode directory = directory(parent);
    directory.leave(name, now());
    detach(directory, inode);
  }

  private static void checkReplaceable(MemoryInode inode, boolean byDirectory)
      throws ErrnoException {
    if (byDirectory && !inode.isDirectory()) {
      throw new ErrnoException(Errno.ENOTDIR);
    }
    if (!byDirectory && inode.isDirectory()) {
      throw new ErrnoException(Errno.EISDIR);
    }
    if (!inode.entries.isEmpty()) {
      throw new ErrnoException(Errno.ENOTEMPTY);
    }
  }

  /** renameat2(2). */
  void rename(Caller caller, long parent, Name name, long newParent, Name newName, int flags)
      throws ErrnoException {
    MemoryInode from = directory(parent);
    MemoryInode to = directory(newParent);
    MemoryInode moved = child(parent, name);
    boolean isThere = to.entry(newName) != null;
    if ((flags & FileSystem.RENAME_EXCHANGE) != 0) {
      exchange(from, name, moved, to, newName, child(newParent, newName));
      return;
    }
    if (isThere && (flags & FileSystem.RENAME_NOREPLACE) != 0) {
      throw new ErrnoException(Errno.EEXIST);
    }
    checkNotWithin(moved, to);
    if (isThere) {
      MemoryInode replaced = child(newParent, newName);
      if (replaced == moved) {
        return;
      }
      remove(newParent, newName, moved.isDirectory());
    }
    from.leave(name, now());
    move(moved, from, to, newName);
    if ((flags & FileSystem.RENAME_WHITEOUT) != 0) {
      makeNamed(caller, parent, name, FileMode.CHARACTER_DEVICE, 0);
    }
  }

  private void exchange(
      MemoryInode from,
      Name name,
      MemoryInode moved,
      MemoryInode to,
      Name newName,
      MemoryInode other)
      throws ErrnoException {
    checkNotWithin(moved, to);
    checkNotWithin(other, from);
    from.leave(name, now());
    to.leave(newName, now());
    move(moved, from, to, newName);
    move(other, to, from, name);
  }

  private static void move(MemoryInode inode, MemoryInode from, MemoryInode to, Name name) {
    to.enter(name, inode.number, now());
    inode.changed = now();
    if (inode.isDirectory()) {
      from.links--;
      to.links++;
      inode.parent = to.number;
    }
  }

  /** A directory cannot move into itself. */
  private void checkNotWithin(MemoryInode moved, MemoryInode target) throws ErrnoException {
    MemoryInode at = target;
    while (at.number != FileSystem.ROOT) {
      if (at == moved) {
        throw new ErrnoException(Errno.EINVAL);
      }
      at = get(at.parent);
    }
  }
}
