package ctrenc.daemon.fake;

import ctrenc.overlay.vfs.AttributeChange;
import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.CreatedFile;
import ctrenc.overlay.vfs.DirectorySink;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.FileSystemUsage;
import ctrenc.overlay.vfs.Name;
import ctrenc.overlay.vfs.OpenFile;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Stands for the filesystem of a fake subvolume: its lower trees, top first, and the directory of
 * what was written. Nobody serves it; a fake transport mounts the directories by other means.
 */
public final class FakeFileSystem implements FileSystem {

  private final List<Path> lowers;
  private final Path upper;
  private final AtomicBoolean open;

  FakeFileSystem(List<Path> lowers, Path upper, AtomicBoolean open) {
    this.lowers = List.copyOf(lowers);
    this.upper = upper;
    this.open = open;
  }

  public List<Path> lowers() {
    return lowers;
  }

  public Path upper() {
    return upper;
  }

  @Override
  public void close() {
    open.set(false);
  }

  @Override
  public Attributes lookup(Caller caller, long parent, Name name) throws ErrnoException {
    throw new ErrnoException(Errno.ENOSYS);
  }

  @Override
  public void forget(long inode, long count) {
    throw new AssertionError("nothing serves this filesystem");
  }

  @Override
  public Attributes getattr(long inode) throws ErrnoException {
    throw new ErrnoException(Errno.ENOSYS);
  }

  @Override
  public Attributes setattr(Caller caller, long inode, AttributeChange change)
      throws ErrnoException {
    throw new ErrnoException(Errno.ENOSYS);
  }

  @Override
  public byte[] readlink(long inode) throws ErrnoException {
    throw new ErrnoException(Errno.ENOSYS);
  }

  @Override
  public Attributes mknod(Caller caller, long parent, Name name, int mode, int umask, int rdev)
      throws ErrnoException {
    throw new ErrnoException(Errno.ENOSYS);
  }

  @Override
  public Attributes mkdir(Caller caller, long parent, Name name, int mode, int umask)
      throws ErrnoException {
    throw new ErrnoException(Errno.ENOSYS);
  }

  @Override
  public Attributes symlink(Caller caller, long parent, Name name, byte[] target)
      throws ErrnoException {
    throw new ErrnoException(Errno.ENOSYS);
  }

  @Override
  public Attributes link(Caller caller, long inode, long newParent, Name newName)
      throws ErrnoException {
    throw new ErrnoException(Errno.ENOSYS);
  }

  @Override
  public void unlink(Caller caller, long parent, Name name) throws ErrnoException {
    throw new ErrnoException(Errno.ENOSYS);
  }

  @Override
  public void rmdir(Caller caller, long parent, Name name) throws ErrnoException {
    throw new ErrnoException(Errno.ENOSYS);
  }

  @Override
  public void rename(Caller caller, long parent, Name name, long newParent, Name newName, int flags)
      throws ErrnoException {
    throw new ErrnoException(Errno.ENOSYS);
  }

  @Override
  public OpenFile open(Caller caller, long inode, int flags) throws ErrnoException {
    throw new ErrnoException(Errno.ENOSYS);
  }

  @Override
  public CreatedFile create(Caller caller, long parent, Name name, int mode, int umask, int flags)
      throws ErrnoException {
    throw new ErrnoException(Errno.ENOSYS);
  }

  @Override
  public CreatedFile tmpfile(Caller caller, long parent, int mode, int umask, int flags)
      throws ErrnoException {
    throw new ErrnoException(Errno.ENOSYS);
  }

  @Override
  public int read(long inode, long handle, long offset, MemorySegment target)
      throws ErrnoException {
    throw new ErrnoException(Errno.ENOSYS);
  }

  @Override
  public int write(
      long inode, long handle, long offset, MemorySegment source, boolean killPrivileges)
      throws ErrnoException {
    throw new ErrnoException(Errno.ENOSYS);
  }

  @Override
  public void flush(long inode, long handle) throws ErrnoException {
    throw new ErrnoException(Errno.ENOSYS);
  }

  @Override
  public void release(long inode, long handle) {
    throw new AssertionError("nothing serves this filesystem");
  }

  @Override
  public void fsync(long inode, long handle, boolean dataOnly) throws ErrnoException {
    throw new ErrnoException(Errno.ENOSYS);
  }

  @Override
  public void readdir(long inode, long cookie, boolean plus, DirectorySink sink)
      throws ErrnoException {
    throw new ErrnoException(Errno.ENOSYS);
  }

  @Override
  public void fsyncdir(long inode, boolean dataOnly) throws ErrnoException {
    throw new ErrnoException(Errno.ENOSYS);
  }

  @Override
  public byte[] getxattr(long inode, Name name) throws ErrnoException {
    throw new ErrnoException(Errno.ENOSYS);
  }

  @Override
  public byte[] listxattr(long inode) throws ErrnoException {
    throw new ErrnoException(Errno.ENOSYS);
  }

  @Override
  public void setxattr(
      Caller caller, long inode, Name name, byte[] value, int flags, boolean killSetgid)
      throws ErrnoException {
    throw new ErrnoException(Errno.ENOSYS);
  }

  @Override
  public void removexattr(Caller caller, long inode, Name name) throws ErrnoException {
    throw new ErrnoException(Errno.ENOSYS);
  }

  @Override
  public void fallocate(long inode, long handle, long offset, long length, int mode)
      throws ErrnoException {
    throw new ErrnoException(Errno.ENOSYS);
  }

  @Override
  public long lseek(long inode, long handle, long offset, int whence) throws ErrnoException {
    throw new ErrnoException(Errno.ENOSYS);
  }

  @Override
  public long copyFileRange(
      long inode, long handle, long offset, long toInode, long toHandle, long toOffset, long length)
      throws ErrnoException {
    throw new ErrnoException(Errno.ENOSYS);
  }

  @Override
  public FileSystemUsage statfs() throws ErrnoException {
    throw new ErrnoException(Errno.ENOSYS);
  }

  @Override
  public void sync() throws ErrnoException {
    throw new ErrnoException(Errno.ENOSYS);
  }
}
