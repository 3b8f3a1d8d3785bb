package ctrenc.overlay.sys;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** mount(2) and umount2(2). Thread-safe. */
public final class Mounts {

  /** Flags of mount(2) (linux/mount.h). */
  public static final long READ_ONLY = 1;

  public static final long BIND = 4096;

  /** Flags of umount2(2): out of the tree now, gone when the last user is. */
  public static final int DETACH = 2;

  /** Flags of umount2(2): a symbolic link is not followed. */
  public static final int NO_FOLLOW = 8;

  private Mounts() {}

  /** Mounts; {@code data} is the filesystem's own option string, without NUL, at most a page. */
  public static void mount(byte[] source, byte[] target, byte[] type, long flags, byte[] data)
      throws SystemCallException {
    Scratch scratch = Scratch.ofThread();
    long sourceAddress = scratch.path("mount", source);
    long targetAddress = scratch.secondPath("mount", target);
    try (CString typeString = new CString(type);
        CString dataString = new CString(data)) {
      SystemCall.MOUNT.invoke(
          sourceAddress, targetAddress, typeString.address(), flags, dataString.address());
    }
  }

  /**
   * Unmounts. For a user who may not, fusermount(1) does it, as it made the mount; what it takes
   * away lives on while it is used.
   */
  public static void unmount(byte[] target, int flags) throws SystemCallException {
    try {
      SystemCall.UMOUNT2.invoke(Scratch.ofThread().path("umount2", target), flags);
    } catch (SystemCallException e) {
      if (!e.is(ErrorNumber.EPERM) || !unmountByHelper(target)) {
        throw e;
      }
    }
  }

  private static boolean unmountByHelper(byte[] target) {
    // A path that is no text in the VM's encoding is not found, and so is not unmounted.
    String path = new String(target, StandardCharsets.UTF_8);
    try {
      Process helper =
          new ProcessBuilder("fusermount", "-u", "-z", "--", path)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return helper.waitFor() == 0;
    } catch (IOException noHelper) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
