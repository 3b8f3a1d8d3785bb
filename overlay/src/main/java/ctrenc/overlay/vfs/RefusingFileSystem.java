package ctrenc.overlay.vfs;

import java.lang.foreign.MemorySegment;

/**
 * A filesystem that shows something and keeps nothing that is written: every call that would change
 * it fails, unless the implementation says otherwise, and those that make changes safe have nothing
 * to do.
 */
public interface RefusingFileSystem extends FileSystem {

  /** What a call fails with that is not possible here. */
  Errno refusal();

  private ErrnoException refused() {
    return new ErrnoException(refusal());
  }

  @Override
  default Attributes setattr(Caller caller, long inode, AttributeChange change)
      throws ErrnoException {
    throw refused();
  }

  @Override
  default byte[] readlink(long inode) throws ErrnoException {
    throw refused();
  }

  @Override
  default Attributes mknod(Caller caller, long parent, Name name, int mode, int umask, int rdev)
      throws ErrnoException {
    throw refused();
  }

  @Override
  default Attributes mkdir(Caller caller, long parent, Name name, int mode, int umask)
      throws ErrnoException {
    throw refused();
  }

  @Override
  default Attributes symlink(Caller caller, long parent, Name name, byte[] target)
      throws ErrnoException {
    throw refused();
  }

  @Override
  default Attributes link(Caller caller, long inode, long newParent, Name newName)
      throws ErrnoException {
    throw refused();
  }

  @Override
  default void unlink(Caller caller, long parent, Name name) throws ErrnoException {
    throw refused();
  }

  @Override
  default void rmdir(Caller caller, long parent, Name name) throws ErrnoException {
    throw refused();
  }

  @Override
  default void rename(
      Caller caller, long parent, Name name, long newParent, Name newName, int flags)
      throws ErrnoException {
    throw refused();
  }

  @Override
  default CreatedFile create(Caller caller, long parent, Name name, int mode, int umask, int flags)
      throws ErrnoException {
    throw refused();
  }

  @Override
  default CreatedFile tmpfile(Caller caller, long parent, int mode, int umask, int flags)
      throws ErrnoException {
    throw refused();
  }

  @Override
  default int write(long inode, long handle, long offset, MemorySegment source, boolean kill)
      throws ErrnoException {
    throw refused();
  }

  @Override
  default void setxattr(
      Caller caller, long inode, Name name, byte[] value, int flags, boolean killSetgid)
      throws ErrnoException {
    throw refused();
  }

  @Override
  default void removexattr(Caller caller, long inode, Name name) throws ErrnoException {
    throw refused();
  }

  @Override
  default void fallocate(long inode, long handle, long offset, long length, int mode)
      throws ErrnoException {
    throw refused();
  }

  @Override
  default long lseek(long inode, long handle, long offset, int whence) throws ErrnoException {
    throw new ErrnoException(Errno.EINVAL);
  }

  @Override
  default long copyFileRange(
      long inode, long handle, long offset, long toInode, long toHandle, long toOffset, long length)
      throws ErrnoException {
    throw new ErrnoException(Errno.EXDEV);
  }

  @Override
  default FileSystemUsage statfs() throws ErrnoException {
    throw refused();
  }

  @Override
  default void flush(long inode, long handle) {
    // Nothing waits to be stored.
  }

  @Override
  default void release(long inode, long handle) {
    // Nothing is kept of an open.
  }

  @Override
  default void fsync(long inode, long handle, boolean dataOnly) {
    // Nothing waits to be stored.
  }

  @Override
  default void fsyncdir(long inode, boolean dataOnly) {
    // Nothing waits to be stored.
  }

  @Override
  default void sync() {
    // Nothing waits to be stored.
  }

  @Override
  default void close() {
    // Nothing is open.
  }
}
