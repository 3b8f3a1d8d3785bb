package ctrenc.overlay.sys;

/** How openat2(2) may walk a path (linux/openat2.h); a mask. */
public final class Resolve {

  /** No crossing of mount points. */
  public static final long NO_MOUNTS = 0x01;

  /** No links as /proc has them, which lead anywhere. */
  public static final long NO_MAGIC_LINKS = 0x02;

  /** No symbolic links at all, the last component included. */
  public static final long NO_SYMLINKS = 0x04;

  /**
   * Leaving the starting directory, by "..", by an absolute path or by a link, is an error (EXDEV).
   */
  public static final long BENEATH = 0x08;

  /** The starting directory is "/" for the walk. */
  public static final long IN_ROOT = 0x10;

  private Resolve() {}
}
