package ctrenc.overlay.vfs;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A whole filesystem in memory: what transports are tested with, and the smallest thing that keeps
 * the contract. One lock guards it all. Subclasses may watch or disturb single calls.
 */
public class MemoryFileSystem implements FileSystem {

  private static final int O_TRUNC = 01000;
  private static final int KEEP_SIZE = 1;
  private static final int PUNCH_HOLE = 2;
  private static final int ZERO_RANGE = 16;
  private static final int SEEK_DATA = 3;
  private static final int SEEK_HOLE = 4;
  private static final int MAX_ALLOCATION = 64 << 20;
  private static final int MAX_LINKS = 65000;
  private static final int XATTR_CREATE = 1;
  private static final int XATTR_REPLACE = 2;
  private static final List<Name> XATTR_NAMESPACES =
      List.of(Name.of("user."), Name.of("trusted."), Name.of("security."));

  private final MemoryTree tree = new MemoryTree();
  private final Map<Long, Long> handles = new HashMap<>();
  private long nextHandle = 1;
  private boolean isClosed;

  /** How many inodes live, the root and those without a name included. */
  public synchronized int inodeCount() {
    return tree.count();
  }

  /** How many handles are open. */
  public synchronized int handleCount() {
    return handles.size();
  }

  private void checkOpen() throws ErrnoException {
    if (isClosed) {
      throw new ErrnoException(Errno.ENODEV);
    }
  }

  private MemoryInode inode(long number) throws ErrnoException {
    checkOpen();
    return tree.get(number);
  }

  private static Attributes handOut(MemoryInode inode) {
    inode.references++;
    return inode.attributes();
  }

  @Override
  public synchronized Attributes lookup(Caller caller, long parent, Name name)
      throws ErrnoException {
    checkOpen();
    if (name.equals(Name.DOT)) {
      return handOut(tree.get(parent));
    }
    return handOut(tree.child(parent, name));
  }

  @Override
  public synchronized void forget(long inode, long count) {
    MemoryInode found = tree.find(inode);
    if (found != null && inode != ROOT) {
      found.references = Math.max(0, found.references - count);
      tree.dropIfUnused(found);
    }
  }

  @Override
  public synchronized Attributes getattr(long inode) throws ErrnoException {
    return inode(inode).attributes();
  }

  @Override
  public synchronized Attributes setattr(Caller caller, long inode, AttributeChange change)
      throws ErrnoException {
    MemoryInode found = inode(inode);
    if (change.has(AttributeChange.SIZE)) {
      checkNoDirectory(found);
      if (change.size() < 0) {
        throw new ErrnoException(Errno.EINVAL);
      }
    }
    found.change(change, MemoryTree.now());
    return found.attributes();
  }

  @Override
  public synchronized byte[] readlink(long inode) throws ErrnoException {
    MemoryInode found = inode(inode);
    if (!FileMode.isSymlink(found.mode)) {
      throw new ErrnoException(Errno.EINVAL);
    }
    return found.target.clone();
  }

  @Override
  public synchronized Attributes mknod(
      Caller caller, long parent, Name name, int mode, int umask, int rdev) throws ErrnoException {
    checkOpen();
    MemoryInode made = tree.makeNamed(caller, parent, name, mode, umask);
    made.rdev = rdev;
    return handOut(made);
  }

  @Override
  public synchronized Attributes mkdir(Caller caller, long parent, Name name, int mode, int umask)
      throws ErrnoException {
    checkOpen();
    return handOut(
        tree.makeNamed(
            caller, parent, name, FileMode.DIRECTORY | mode & FileMode.PERMISSIONS, umask));
  }

  @Override
  public synchronized Attributes symlink(Caller caller, long parent, Name name, byte[] target)
      throws ErrnoException {
    checkOpen();
    MemoryInode made = tree.makeNamed(caller, parent, name, FileMode.SYMLINK | 0777, 0);
    made.target = target.clone();
    return handOut(made);
  }

  @Override
  public synchronized Attributes link(Caller caller, long inode, long newParent, Name newName)
      throws ErrnoException {
    MemoryInode found = inode(inode);
    MemoryInode parent = tree.directory(newParent);
    if (found.isDirectory()) {
      throw new ErrnoException(Errno.EPERM);
    }
    if (found.links == 0 && !found.isLinkable) {
      throw new ErrnoException(Errno.ENOENT);
    }
    if (parent.entry(newName) != null) {
      throw new ErrnoException(Errno.EEXIST);
    }
    if (found.links >= MAX_LINKS) {
      throw new ErrnoException(Errno.EMLINK);
    }
    tree.enter(parent, newName, found);
    return handOut(found);
  }

  @Override
  public synchronized void unlink(Caller caller, long parent, Name name) throws ErrnoException {
    checkOpen();
    tree.remove(parent, name, false);
  }

  @Override
  public synchronized void rmdir(Caller caller, long parent, Name name) throws ErrnoException {
    checkOpen();
    tree.remove(parent, name, true);
  }

  @Override
  public synchronized void rename(
      Caller caller, long parent, Name name, long newParent, Name newName, int flags)
      throws ErrnoException {
    checkOpen();
    tree.rename(caller, parent, name, newParent, newName, flags);
  }

  private static void checkNoDirectory(MemoryInode inode) throws ErrnoException {
    if (inode.isDirectory()) {
      throw new ErrnoException(Errno.EISDIR);
    }
  }

  private OpenFile openHandle(MemoryInode inode) {
    inode.handles++;
    long handle = nextHandle++;
    handles.put(handle, inode.number);
    return new OpenFile(handle, true);
  }

  private void closeHandle(long handle) {
    Long number = handles.remove(handle);
    MemoryInode inode = number == null ? null : tree.find(number);
    if (inode != null) {
      inode.handles--;
      tree.dropIfUnused(inode);
    }
  }

  @Override
  public synchronized OpenFile open(Caller caller, long inode, int flags) throws ErrnoException {
    MemoryInode found = inode(inode);
    checkNoDirectory(found);
    if ((flags & O_TRUNC) != 0) {
      found.data.resize(0);
      found.killPrivileges();
      found.modified = MemoryTree.now();
      found.changed = found.modified;
    }
    return openHandle(found);
  }

  @Override
  public synchronized CreatedFile create(
      Caller caller, long parent, Name name, int mode, int umask, int flags) throws ErrnoException {
    checkOpen();
    MemoryInode made =
        tree.makeNamed(caller, parent, name, FileMode.REGULAR | mode & FileMode.PERMISSIONS, umask);
    return new CreatedFile(handOut(made), openHandle(made));
  }

  @Override
  public synchronized CreatedFile tmpfile(
      Caller caller, long parent, int mode, int umask, int flags) throws ErrnoException {
    checkOpen();
    MemoryInode made =
        tree.make(caller, parent, FileMode.REGULAR | mode & FileMode.PERMISSIONS, umask);
    made.isLinkable = true;
    return new CreatedFile(handOut(made), openHandle(made));
  }

  @Override
  public synchronized int read(long inode, long handle, long offset, MemorySegment target)
      throws ErrnoException {
    return inode(inode).data.read(offset, target);
  }

  @Override
  public synchronized int write(
      long inode, long handle, long offset, MemorySegment source, boolean killPrivileges)
      throws ErrnoException {
    MemoryInode found = inode(inode);
    found.modified = MemoryTree.now();
    found.changed = found.modified;
    return writeBack(inode, handle, offset, source, killPrivileges);
  }

  @Override
  public synchronized int writeBack(
      long inode, long handle, long offset, MemorySegment source, boolean killPrivileges)
      throws ErrnoException {
    MemoryInode found = inode(inode);
    if (killPrivileges) {
      found.killPrivileges();
    }
    found.data.write(offset, source);
    return (int) source.byteSize();
  }

  @Override
  public synchronized void flush(long inode, long handle) throws ErrnoException {
    inode(inode);
  }

  @Override
  public synchronized void release(long inode, long handle) {
    closeHandle(handle);
  }

  @Override
  public void fsync(long inode, long handle, boolean dataOnly) throws ErrnoException {
    flush(inode, handle);
  }

  @Override
  public synchronized void readdir(long inode, long cookie, boolean plus, DirectorySink sink)
      throws ErrnoException {
    checkOpen();
    MemoryInode directory = tree.directory(inode);
    if (directory.links == 0) {
      return;
    }
    int type = FileMode.direntType(FileMode.DIRECTORY);
    if (cookie < 1 && !sink.accept(Name.DOT, inode, type, 1)) {
      return;
    }
    if (cookie < 2 && !sink.accept(Name.DOT_DOT, directory.parent, type, 2)) {
      return;
    }
    for (Map.Entry<Long, Name> next : directory.listing.tailMap(cookie, false).entrySet()) {
      MemoryInode child = tree.child(inode, next.getValue());
      boolean isTaken =
          plus
              ? sink.accept(next.getValue(), child.attributes(), next.getKey())
              : sink.accept(
                  next.getValue(), child.number, FileMode.direntType(child.mode), next.getKey());
      if (!isTaken) {
        return;
      }
      child.references += plus ? 1 : 0;
    }
  }

  @Override
  public synchronized void fsyncdir(long inode, boolean dataOnly) throws ErrnoException {
    checkOpen();
    inode(inode);
  }

  @Override
  public synchronized byte[] getxattr(long inode, Name name) throws ErrnoException {
    byte[] value = inode(inode).extended.get(name);
    requireName(name);
    if (value == null) {
      throw new ErrnoException(Errno.ENODATA);
    }
    return value.clone();
  }

  @Override
  public synchronized byte[] listxattr(long inode) throws ErrnoException {
    Map<Name, byte[]> extended = inode(inode).extended;
    byte[] names = new byte[extended.keySet().stream().mapToInt(name -> name.length() + 1).sum()];
    int at = 0;
    for (Name name : extended.keySet()) {
      name.copyTo(names, at);
      at += name.length() + 1;
    }
    return names;
  }

  @Override
  public synchronized void setxattr(
      Caller caller, long inode, Name name, byte[] value, int flags, boolean killSetgid)
      throws ErrnoException {
    MemoryInode found = inode(inode);
    requireName(name);
    boolean isThere = found.extended.containsKey(name);
    if (isThere && (flags & XATTR_CREATE) != 0) {
      throw new ErrnoException(Errno.EEXIST);
    }
    if (!isThere && (flags & XATTR_REPLACE) != 0) {
      throw new ErrnoException(Errno.ENODATA);
    }
    found.changed = MemoryTree.now();
    found.extended.put(name, value.clone());
    if (name.equals(MemoryAcl.ACCESS)) {
      found.mode = MemoryAcl.modeOf(value, found.mode) & (killSetgid ? ~FileMode.SETGID : -1);
      if (MemoryAcl.isPlain(value)) {
        found.extended.remove(name);
      }
    }
  }

  @Override
  public synchronized void removexattr(Caller caller, long inode, Name name) throws ErrnoException {
    MemoryInode found = inode(inode);
    requireName(name);
    if (found.extended.remove(name) == null) {
      throw new ErrnoException(Errno.ENODATA);
    }
    found.changed = MemoryTree.now();
  }

  private static void requireName(Name name) throws ErrnoException {
    boolean isAcl = name.equals(MemoryAcl.ACCESS) || name.equals(MemoryAcl.DEFAULT);
    if (XATTR_NAMESPACES.contains(name)) {
      throw new ErrnoException(Errno.EINVAL);
    }
    if (!isAcl && XATTR_NAMESPACES.stream().noneMatch(name::startsWith)) {
      throw new ErrnoException(Errno.EOPNOTSUPP);
    }
  }

  @Override
  public synchronized void fallocate(long inode, long handle, long offset, long length, int mode)
      throws ErrnoException {
    MemoryInode found = inode(inode);
    if ((mode & ~(KEEP_SIZE | PUNCH_HOLE | ZERO_RANGE)) != 0) {
      throw new ErrnoException(Errno.EOPNOTSUPP);
    }
    long end = offset + length;
    if ((mode & (PUNCH_HOLE | ZERO_RANGE)) != 0) {
      found.data.zero(offset, Math.max(0, Math.min(end, found.data.size()) - offset));
    } else if (length > MAX_ALLOCATION) {
      throw new ErrnoException(Errno.ENOSPC);
    } else {
      found.data.allocate(offset, length);
    }
    if ((mode & KEEP_SIZE) == 0 && end > found.data.size()) {
      found.data.resize(end);
    }
    found.modified = MemoryTree.now();
    found.changed = found.modified;
  }

  @Override
  public synchronized long lseek(long inode, long handle, long offset, int whence)
      throws ErrnoException {
    SparseBytes data = inode(inode).data;
    return switch (whence) {
      case SEEK_DATA -> data.seekData(offset);
      case SEEK_HOLE -> data.seekHole(offset);
      default -> throw new ErrnoException(Errno.EINVAL);
    };
  }

  @Override
  public synchronized long copyFileRange(
      long inode, long handle, long offset, long toInode, long toHandle, long toOffset, long length)
      throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(Math.min(length, 1 << 20));
      int count = inode(inode).data.read(offset, buffer);
      return write(toInode, toHandle, toOffset, buffer.asSlice(0, count), false);
    }
  }

  @Override
  public synchronized FileSystemUsage statfs() throws ErrnoException {
    checkOpen();
    return new FileSystemUsage(4096, 1 << 20, 1 << 19, 1 << 18, 1 << 16, 1 << 15, Name.MAX_LENGTH);
  }

  @Override
  public synchronized void sync() throws ErrnoException {
    checkOpen();
  }

  @Override
  public synchronized void close() {
    isClosed = true;
  }
}
