package ctrenc.overlay.sys;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Makes, removes, moves and reads directory entries. No call follows a symbolic link in the last
 * component. Thread-safe.
 */
public final class Entries {

  /** renameat2(2). */
  public static final int NO_REPLACE = 1;

  public static final int EXCHANGE = 2;
  public static final int WHITEOUT = 4;

  private static final int AT_REMOVEDIR = 0x200;
  private static final int AT_SYMLINK_FOLLOW = 0x400;

  private Entries() {}

  public static void makeDirectory(Descriptor directory, byte[] path, int mode)
      throws SystemCallException {
    long address = Scratch.ofThread().path("mkdirat", path);
    SystemCall.MKDIRAT.invoke(directory.number(), address, mode);
  }

  /**
   * mknodat(2): {@code mode} carries the type, {@code device} is encoded as {@link DeviceNumber}
   * does.
   */
  public static void makeNode(Descriptor directory, byte[] path, int mode, int device)
      throws SystemCallException {
    long address = Scratch.ofThread().path("mknodat", path);
    SystemCall.MKNODAT.invoke(directory.number(), address, mode, device & 0xffffffffL);
  }

  public static void makeSymlink(byte[] target, Descriptor directory, byte[] path)
      throws SystemCallException {
    Scratch scratch = Scratch.ofThread();
    long targetAddress = scratch.path("symlinkat", target);
    SystemCall.SYMLINKAT.invoke(
        targetAddress, directory.number(), scratch.secondPath("symlinkat", path));
  }

  public static void link(Descriptor fromDirectory, byte[] from, Descriptor toDirectory, byte[] to)
      throws SystemCallException {
    Scratch scratch = Scratch.ofThread();
    long fromAddress = scratch.path("linkat", from);
    SystemCall.LINKAT.invoke(
        fromDirectory.number(),
        fromAddress,
        toDirectory.number(),
        scratch.secondPath("linkat", to),
        0);
  }

  /**
   * Gives an open file a name, also one opened without a name ({@link OpenFlag#TEMPORARY_FILE}).
   * Needs /proc.
   */
  public static void link(Descriptor file, Descriptor toDirectory, byte[] to)
      throws SystemCallException {
    Scratch scratch = Scratch.ofThread();
    long fromAddress = scratch.procPath("linkat", file);
    SystemCall.LINKAT.invoke(
        Descriptor.WORKING_DIRECTORY.number(),
        fromAddress,
        toDirectory.number(),
        scratch.secondPath("linkat", to),
        AT_SYMLINK_FOLLOW);
  }

  public static void unlink(Descriptor directory, byte[] path) throws SystemCallException {
    long address = Scratch.ofThread().path("unlinkat", path);
    SystemCall.UNLINKAT.invoke(directory.number(), address, 0);
  }

  public static void removeDirectory(Descriptor directory, byte[] path) throws SystemCallException {
    long address = Scratch.ofThread().path("unlinkat", path);
    SystemCall.UNLINKAT.invoke(directory.number(), address, AT_REMOVEDIR);
  }

  /** renameat2(2); {@code flags} is a mask of the constants here. */
  public static void rename(
      Descriptor fromDirectory, byte[] from, Descriptor toDirectory, byte[] to, int flags)
      throws SystemCallException {
    Scratch scratch = Scratch.ofThread();
    long fromAddress = scratch.path("renameat2", from);
    SystemCall.RENAMEAT2.invoke(
        fromDirectory.number(),
        fromAddress,
        toDirectory.number(),
        scratch.secondPath("renameat2", to),
        flags);
  }

  /**
   * The target of a symbolic link; an empty path reads the link that {@code directory} itself was
   * opened on.
   */
  public static byte[] readLink(Descriptor directory, byte[] path) throws SystemCallException {
    Scratch scratch = Scratch.ofThread();
    long address = scratch.path("readlinkat", path);
    MemorySegment target = scratch.secondPath();
    long length =
        SystemCall.READLINKAT.invoke(
            directory.number(), address, target.address(), target.byteSize());
    return target.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
  }
}
