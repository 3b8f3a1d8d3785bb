package ctrenc.overlay.sys;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The kernel's table of files that a FUSE connection may read without its server (passthrough,
 * Linux 6.9; struct fuse_backing_map of linux/fuse.h). Results are the kernel's own, or the errno
 * negated: EPERM without CAP_SYS_ADMIN or where passthrough was not agreed on, ELOOP for a file of
 * a stacked filesystem. Thread-safe; allocates nothing.
 */
public final class BackingFiles {

  /** FUSE_DEV_IOC_BACKING_OPEN and FUSE_DEV_IOC_BACKING_CLOSE. */
  private static final long OPEN = 0x4010e501L;

  private static final long CLOSE = 0x4004e502L;

  private BackingFiles() {}

  /**
   * Adds an open file of this process; the kernel keeps it open after this process closed its own.
   *
   * @return the number by which replies name it, above 0
   */
  public static long open(Descriptor device, int file) {
    MemorySegment map = Scratch.ofThread().struct();
    map.set(ValueLayout.JAVA_INT, 0, file);
    map.set(ValueLayout.JAVA_INT, 4, 0);
    map.set(ValueLayout.JAVA_LONG, 8, 0);
    return Stream.control(device, OPEN, map.address());
  }

  /** Takes a file away; whoever has it open by the connection goes on. */
  public static long close(Descriptor device, int number) {
    MemorySegment map = Scratch.ofThread().struct();
    map.set(ValueLayout.JAVA_INT, 0, number);
    return Stream.control(device, CLOSE, map.address());
  }
}
