package ctrenc.overlay.fuse.jnr;

import ctrenc.overlay.vfs.AttributeChange;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.FileSystemUsage;
import ctrenc.overlay.vfs.Timestamp;
import jnr.ffi.Pointer;
import ru.serce.jnrfuse.struct.Statvfs;

/** Tells and changes the attributes of what paths and files lead to. Thread-safe. */
final class AttributeCalls {

  /** A {@code struct timespec}: seconds, then nanoseconds. */
  private static final long TIME_SIZE = 2L * Long.BYTES;

  /** utimensat(2): the clock's time; no change. */
  private static final long NOW = (1L << 30) - 1;

  private static final long OMIT = (1L << 30) - 2;

  private static final long MAX_NANOS = 999_999_999;

  private final FileSystem fileSystem;
  private final Paths paths;
  private final OpenHandles handles;

  AttributeCalls(FileSystem fileSystem, Paths paths, OpenHandles handles) {
    this.fileSystem = fileSystem;
    this.paths = paths;
    this.handles = handles;
  }

  int get(Pointer path, Pointer stat) throws ErrnoException {
    try (Found found = paths.find(path)) {
      Stats.put(stat, found.attributes());
    }
    return 0;
  }

  int getOfFile(Pointer stat, Pointer file) throws ErrnoException {
    Stats.put(stat, fileSystem.getattr(handles.of(file).inode()));
    return 0;
  }

  int changeMode(Caller caller, Pointer path, int mode) throws ErrnoException {
    return change(caller, path, change(AttributeChange.MODE, mode, 0, 0, 0));
  }

  /** -1 leaves an owner as he is. */
  int changeOwner(Caller caller, Pointer path, int uid, int gid) throws ErrnoException {
    int set = (uid == -1 ? 0 : AttributeChange.UID) | (gid == -1 ? 0 : AttributeChange.GID);
    return change(caller, path, change(set, 0, uid, gid, 0));
  }

  int truncate(Caller caller, Pointer path, long size) throws ErrnoException {
    return change(caller, path, sized(size));
  }

  int truncateFile(Caller caller, long size, Pointer file) throws ErrnoException {
    fileSystem.setattr(caller, handles.of(file).inode(), sized(size));
    return 0;
  }

  /** {@code times} are those of access and of modification. */
  int changeTimes(Caller caller, Pointer path, Pointer times) throws ErrnoException {
    int accessed =
        bit(times.getLong(Long.BYTES), AttributeChange.ACCESSED, AttributeChange.ACCESSED_NOW);
    int modified =
        bit(
            times.getLong(TIME_SIZE + Long.BYTES),
            AttributeChange.MODIFIED,
            AttributeChange.MODIFIED_NOW);
    AttributeChange change =
        new AttributeChange(
            accessed | modified,
            0,
            0,
            0,
            0,
            time(accessed == AttributeChange.ACCESSED, times, 0),
            time(modified == AttributeChange.MODIFIED, times, TIME_SIZE),
            Timestamp.EPOCH);
    return change(caller, path, change);
  }

  private static int bit(long nanos, int given, int now) {
    if (nanos == OMIT) {
      return 0;
    }
    return nanos == NOW ? now : given;
  }

  private static Timestamp time(boolean isGiven, Pointer times, long offset) throws ErrnoException {
    if (!isGiven) {
      return Timestamp.EPOCH;
    }
    long nanos = times.getLong(offset + Long.BYTES);
    if (nanos < 0 || nanos > MAX_NANOS) {
      throw new ErrnoException(Errno.EINVAL);
    }
    return new Timestamp(times.getLong(offset), (int) nanos);
  }

  private static AttributeChange sized(long size) throws ErrnoException {
    if (size < 0) {
      throw new ErrnoException(Errno.EINVAL);
    }
    return change(AttributeChange.SIZE, 0, 0, 0, size);
  }

  private static AttributeChange change(int set, int mode, int uid, int gid, long size) {
    return new AttributeChange(
        set, mode, uid, gid, size, Timestamp.EPOCH, Timestamp.EPOCH, Timestamp.EPOCH);
  }

  private int change(Caller caller, Pointer path, AttributeChange change) throws ErrnoException {
    try (Found found = paths.find(path)) {
      fileSystem.setattr(caller, found.inode(), change);
    }
    return 0;
  }

  /** The target goes with a NUL into a buffer of {@code size} bytes. */
  int readLink(Pointer path, Pointer buffer, long size) throws ErrnoException {
    try (Found found = paths.find(path)) {
      byte[] target = fileSystem.readlink(found.inode());
      int length = (int) Math.min(target.length, size - 1);
      buffer.put(0, target, 0, length);
      buffer.putByte(length, (byte) 0);
    }
    return 0;
  }

  int statistics(Pointer path, Pointer target) throws ErrnoException {
    FileSystemUsage usage;
    try (Found found = paths.find(path)) {
      usage = fileSystem.statfs(found.inode());
    }
    Statvfs status = Statvfs.of(target);
    status.f_bsize.set(usage.blockSize());
    status.f_frsize.set(usage.blockSize());
    status.f_blocks.set(usage.blocks());
    status.f_bfree.set(usage.freeBlocks());
    status.f_bavail.set(usage.availableBlocks());
    status.f_files.set(usage.files());
    status.f_ffree.set(usage.freeFiles());
    status.f_favail.set(usage.freeFiles());
    status.f_namemax.set(usage.nameLength());
    return 0;
  }
}
