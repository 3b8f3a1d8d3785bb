package ctrenc.overlay.sys;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Changes owner, mode and times of a file. Thread-safe. */
public final class Ownership {

  private static final int AT_SYMLINK_NOFOLLOW = 0x100;
  private static final int AT_EMPTY_PATH = 0x1000;
  private static final byte[] EMPTY = {};

  private Ownership() {}

  /** fchownat(2) without following a link in the last component; -1 leaves an id as it is. */
  public static void changeOwner(Descriptor directory, byte[] path, int uid, int gid)
      throws SystemCallException {
    chown(directory, path, uid, gid, AT_SYMLINK_NOFOLLOW);
  }

  /** The same for what {@code file} refers to, be it opened as {@link OpenFlag#PATH}. */
  public static void changeOwner(Descriptor file, int uid, int gid) throws SystemCallException {
    chown(file, EMPTY, uid, gid, AT_EMPTY_PATH);
  }

  private static void chown(Descriptor directory, byte[] path, int uid, int gid, int flags)
      throws SystemCallException {
    long address = Scratch.ofThread().path("fchownat", path);
    SystemCall.FCHOWNAT.invoke(
        directory.number(), address, uid & 0xffffffffL, gid & 0xffffffffL, flags);
  }

  /** fchmodat(2): follows symbolic links, which have no mode of their own on Linux. */
  public static void changeMode(Descriptor directory, byte[] path, int mode)
      throws SystemCallException {
    long address = Scratch.ofThread().path("fchmodat", path);
    SystemCall.FCHMODAT.invoke(directory.number(), address, mode);
  }

  /**
   * The same for what {@code file} refers to, be it opened as {@link OpenFlag#PATH}. Needs /proc.
   */
  public static void changeMode(Descriptor file, int mode) throws SystemCallException {
    long address = Scratch.ofThread().procPath("fchmodat", file);
    SystemCall.FCHMODAT.invoke(Descriptor.WORKING_DIRECTORY.number(), address, mode);
  }

  /** utimensat(2) without following a link in the last component. */
  public static void changeTimes(
      Descriptor directory, byte[] path, TimeSpec accessed, TimeSpec modified)
      throws SystemCallException {
    Scratch scratch = Scratch.ofThread();
    MemorySegment times = scratch.struct();
    times.set(ValueLayout.JAVA_LONG, 0, accessed.seconds());
    times.set(ValueLayout.JAVA_LONG, 8, accessed.nanos());
    times.set(ValueLayout.JAVA_LONG, 16, modified.seconds());
    times.set(ValueLayout.JAVA_LONG, 24, modified.nanos());
    long address = scratch.path("utimensat", path);
    SystemCall.UTIMENSAT.invoke(directory.number(), address, times.address(), AT_SYMLINK_NOFOLLOW);
  }
}
