package ctrenc.overlay.vfs;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * A filesystem addressed by inode, as the Linux VFS sees one. Transports (the raw kernel protocol,
 * jnr-fuse) decode requests and call it; the union answers them.
 *
 * <p>Lifecycle of an inode: {@link #lookup}, every creating call and every accepted entry of a
 * listing with attributes hand out one reference; {@link #forget} gives references back. An inode
 * whose last name is gone lives until its last reference and its last handle are gone. The root is
 * inode {@link #ROOT}; its reference is never given back.
 *
 * <p>Permissions are checked by the kernel ({@code default_permissions}); the filesystem enforces
 * only what the kernel leaves to it: set-group-ID inheritance, umask and POSIX default ACLs,
 * clearing of privilege bits, directory emptiness, and limits.
 *
 * <p>All methods are safe for concurrent use. Names hold 1 to 255 bytes and never "/" or NUL; "."
 * and ".." reach only {@link #lookup}. Offsets and sizes are bytes, and neither they nor their sums
 * are negative. Buffers belong to the caller and are used only during the call.
 */
public interface FileSystem extends AutoCloseable {

  /** The inode number of the root directory. */
  long ROOT = 1;

  /** Rename refuses to replace an existing target (renameat2(2)). */
  int RENAME_NOREPLACE = 1;

  /** Rename swaps source and target (renameat2(2)). */
  int RENAME_EXCHANGE = 2;

  /** Rename leaves a 0:0 character device in the source's place (renameat2(2)). */
  int RENAME_WHITEOUT = 4;

  /**
   * Finds a child and takes a reference on it; {@code .} finds the inode itself, {@code ..} its
   * parent directory.
   */
  Attributes lookup(Caller caller, long parent, Name name) throws ErrnoException;

  /**
   * Gives back {@code count} references; unknown inodes are ignored, as they are after a restart.
   */
  void forget(long inode, long count);

  Attributes getattr(long inode) throws ErrnoException;

  Attributes setattr(Caller caller, long inode, AttributeChange change) throws ErrnoException;

  /** The target of a symbolic link, at most 4095 bytes. */
  byte[] readlink(long inode) throws ErrnoException;

  /**
   * Makes a file, device, fifo or socket; {@code mode} carries the type, {@code rdev} is in the
   * kernel's 32-bit encoding.
   */
  Attributes mknod(Caller caller, long parent, Name name, int mode, int umask, int rdev)
      throws ErrnoException;

  Attributes mkdir(Caller caller, long parent, Name name, int mode, int umask)
      throws ErrnoException;

  Attributes symlink(Caller caller, long parent, Name name, byte[] target) throws ErrnoException;

  Attributes link(Caller caller, long inode, long newParent, Name newName) throws ErrnoException;

  void unlink(Caller caller, long parent, Name name) throws ErrnoException;

  void rmdir(Caller caller, long parent, Name name) throws ErrnoException;

  /** Moves an entry atomically; {@code flags} are the RENAME constants above. */
  void rename(Caller caller, long parent, Name name, long newParent, Name newName, int flags)
      throws ErrnoException;

  /** Opens a file; {@code flags} are open(2) flags and may carry O_TRUNC. */
  OpenFile open(Caller caller, long inode, int flags) throws ErrnoException;

  /**
   * Every inode number from this one on belongs to a file that was made here; those below may be an
   * image's.
   */
  default long imageCeiling() {
    return 0;
  }

  /**
   * The host's file that has all bytes of an image's file as they are now; the caller closes it.
   * Empty if some were written here, if the file got a further name here, or if the host's file is
   * not the one that was indexed.
   */
  default Optional<HostFile> hostFile(long inode) throws ErrnoException {
    return Optional.empty();
  }

  /** Creates and opens in one step. */
  CreatedFile create(Caller caller, long parent, Name name, int mode, int umask, int flags)
      throws ErrnoException;

  /**
   * Makes a file without a name in {@code parent}'s filesystem (O_TMPFILE); {@link #link} may give
   * it one.
   */
  CreatedFile tmpfile(Caller caller, long parent, int mode, int umask, int flags)
      throws ErrnoException;

  /**
   * Fills {@code target} from {@code offset}; returns the bytes read, short only at the end of the
   * file.
   */
  int read(long inode, long handle, long offset, MemorySegment target) throws ErrnoException;

  /**
   * Takes all of {@code source} or fails. {@code killPrivileges} asks to clear set-ID bits and file
   * capabilities first.
   */
  int write(long inode, long handle, long offset, MemorySegment source, boolean killPrivileges)
      throws ErrnoException;

  /**
   * {@link #write} of bytes that the kernel gathered in its cache. It keeps the file's times itself
   * and sends them by {@link #setattr}, maybe before these bytes: so this call must leave them
   * alone.
   */
  default int writeBack(
      long inode, long handle, long offset, MemorySegment source, boolean killPrivileges)
      throws ErrnoException {
    return write(inode, handle, offset, source, killPrivileges);
  }

  /**
   * One close(2) of a handle: what was written is in the store, though not yet safe from power
   * loss.
   */
  void flush(long inode, long handle) throws ErrnoException;

  /** The handle's last close. */
  void release(long inode, long handle);

  /**
   * Returns when data, and unless {@code dataOnly} all attributes and names, survive power loss.
   */
  void fsync(long inode, long handle, boolean dataOnly) throws ErrnoException;

  /**
   * Lists a directory from {@code cookie} (0 at first, then the cookie of the last accepted entry)
   * until the sink is full. With {@code plus} every accepted entry but "." and ".." carries
   * attributes and one reference. Directories are not opened: a cookie is good for as long as the
   * directory is, and entries that stay are listed once, whatever comes and goes between calls.
   */
  void readdir(long inode, long cookie, boolean plus, DirectorySink sink) throws ErrnoException;

  void fsyncdir(long inode, boolean dataOnly) throws ErrnoException;

  byte[] getxattr(long inode, Name name) throws ErrnoException;

  /** All attribute names, each ended by NUL, as listxattr(2) gives them. */
  byte[] listxattr(long inode) throws ErrnoException;

  /**
   * {@code flags} are XATTR_CREATE (1) and XATTR_REPLACE (2); {@code killSetgid} is
   * FUSE_SETXATTR_ACL_KILL_SGID.
   */
  void setxattr(Caller caller, long inode, Name name, byte[] value, int flags, boolean killSetgid)
      throws ErrnoException;

  void removexattr(Caller caller, long inode, Name name) throws ErrnoException;

  /** {@code mode} is fallocate(2)'s: 0, KEEP_SIZE (1), PUNCH_HOLE (2, with 1), ZERO_RANGE (16). */
  void fallocate(long inode, long handle, long offset, long length, int mode) throws ErrnoException;

  /** {@code whence} is SEEK_DATA (3) or SEEK_HOLE (4). */
  long lseek(long inode, long handle, long offset, int whence) throws ErrnoException;

  /** Copies within the filesystem, sharing extents where it can; returns the bytes copied. */
  long copyFileRange(
      long inode, long handle, long offset, long toInode, long toHandle, long toOffset, long length)
      throws ErrnoException;

  FileSystemUsage statfs() throws ErrnoException;

  /** {@link #statfs()} as it is for the subvolume that an inode is in. */
  default FileSystemUsage statfs(long inode) throws ErrnoException {
    return statfs();
  }

  /**
   * Whether attributes of an inode, and names in it, change without the kernel knowing, so that it
   * must not keep them. Making and removing names there may take long, and may {@link #watch tell}
   * of more changes.
   */
  default boolean isVolatile(long inode) {
    return false;
  }

  /** Tells from now on of what changes by other ways than calls for the mount's kernel. */
  default void watch(ChangeWatcher watcher) {}

  /** Everything acknowledged so far survives power loss when this returns. */
  void sync() throws ErrnoException;

  /** {@link #sync}, and what is free is given back, so that what is stored is what is held. */
  default void settle() throws ErrnoException {
    sync();
  }

  /** The inodes that are in use, of which the kernel may hold contents. */
  default long[] inUse() {
    return new long[0];
  }

  /**
   * From now on opening a file fails with ENOKEY, or no longer does; what is open goes on, and
   * directories can be looked at.
   */
  default void refuseOpens(boolean refused) {}

  /**
   * As {@link #close}, but later calls fail with ENOKEY: the keys go, and all that was known of the
   * contents. Returns the inodes that were in use.
   */
  default long[] lock() {
    close();
    return new long[0];
  }

  /** Seals and syncs what is dirty and lets go of all resources. Later calls fail with ENODEV. */
  @Override
  void close();
}
