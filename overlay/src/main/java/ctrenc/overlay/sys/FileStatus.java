package ctrenc.overlay.sys;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What statx(2) says of a file. {@code blocks} counts 512 bytes, {@code rdev} is in the kernel's
 * 32-bit encoding ({@code new_encode_dev}); {@code born} is {@link TimeSpec#OMIT} on filesystems
 * that keep no birth time.
 */
public record FileStatus(
    int mode,
    int links,
    int uid,
    int gid,
    long inode,
    long size,
    long blocks,
    int blockSize,
    TimeSpec accessed,
    TimeSpec modified,
    TimeSpec changed,
    TimeSpec born,
    int rdev,
    int deviceMajor,
    int deviceMinor,
    long mountId) {

  private static final int AT_SYMLINK_NOFOLLOW = 0x100;
  private static final int AT_NO_AUTOMOUNT = 0x800;
  private static final int AT_EMPTY_PATH = 0x1000;
  private static final int AT_STATX_FORCE_SYNC = 0x2000;
  private static final int AT_STATX_DONT_SYNC = 0x4000;
  private static final int BASIC_STATS = 0x7ff;
  private static final int BIRTH_TIME = 0x800;
  private static final int MOUNT_ID = 0x1000;
  private static final byte[] EMPTY = {};

  /** The object a path leads to; the last component is not followed. */
  public static FileStatus at(Descriptor directory, byte[] path) throws SystemCallException {
    return read(directory, path, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT);
  }

  /** The object a path leads to, through symbolic links. */
  public static FileStatus following(Descriptor directory, byte[] path) throws SystemCallException {
    return read(directory, path, AT_NO_AUTOMOUNT);
  }

  public static FileStatus of(Descriptor file) throws SystemCallException {
    return read(file, EMPTY, AT_EMPTY_PATH);
  }

  /** Like {@link #at}, but a network or FUSE filesystem must ask its server. */
  public static FileStatus fresh(Descriptor directory, byte[] path) throws SystemCallException {
    return read(directory, path, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_STATX_FORCE_SYNC);
  }

  /** Like {@link #at}, but what the kernel holds is enough: no server is asked. */
  public static FileStatus known(Descriptor directory, byte[] path) throws SystemCallException {
    return read(directory, path, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC);
  }

  /** Like {@link #known}, through symbolic links. */
  public static FileStatus knownFollowing(Descriptor directory, byte[] path)
      throws SystemCallException {
    return read(directory, path, AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC);
  }

  private static FileStatus read(Descriptor directory, byte[] path, int flags)
      throws SystemCallException {
    Scratch scratch = Scratch.ofThread();
    MemorySegment statx = scratch.struct();
    long address = scratch.path("statx", path);
    SystemCall.STATX.invoke(
        directory.number(), address, flags, BASIC_STATS | BIRTH_TIME | MOUNT_ID, statx.address());
    return decode(statx);
  }

  /** Offsets of struct statx in linux/stat.h. */
  private static FileStatus decode(MemorySegment statx) {
    boolean hasBirth = (statx.get(ValueLayout.JAVA_INT, 0) & BIRTH_TIME) != 0;
    return new FileStatus(
        statx.get(ValueLayout.JAVA_SHORT, 28) & 0xffff,
        statx.get(ValueLayout.JAVA_INT, 16),
        statx.get(ValueLayout.JAVA_INT, 20),
        statx.get(ValueLayout.JAVA_INT, 24),
        statx.get(ValueLayout.JAVA_LONG, 32),
        statx.get(ValueLayout.JAVA_LONG, 40),
        statx.get(ValueLayout.JAVA_LONG, 48),
        statx.get(ValueLayout.JAVA_INT, 4),
        time(statx, 64),
        time(statx, 112),
        time(statx, 96),
        hasBirth ? time(statx, 80) : TimeSpec.OMIT,
        DeviceNumber.encode(
            statx.get(ValueLayout.JAVA_INT, 128), statx.get(ValueLayout.JAVA_INT, 132)),
        statx.get(ValueLayout.JAVA_INT, 136),
        statx.get(ValueLayout.JAVA_INT, 140),
        statx.get(ValueLayout.JAVA_LONG, 144));
  }

  private static TimeSpec time(MemorySegment statx, long offset) {
    return new TimeSpec(
        statx.get(ValueLayout.JAVA_LONG, offset), statx.get(ValueLayout.JAVA_INT, offset + 8));
  }
}
