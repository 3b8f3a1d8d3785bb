package ctrenc.overlay.sys;

/**
 * Flags of open(2) and openat2(2) that are the same on every 64-bit Linux machine we run on, or
 * chosen by machine.
 */
public final class OpenFlag {

  private static final boolean ARM = "aarch64".equals(System.getProperty("os.arch"));

  public static final int READ_ONLY = 0;
  public static final int WRITE_ONLY = 1;
  public static final int READ_WRITE = 2;
  public static final int ACCESS_MODE = 3;
  public static final int CREATE = 0100;
  public static final int EXCLUSIVE = 0200;
  public static final int TRUNCATE = 01000;
  public static final int APPEND = 02000;
  public static final int NON_BLOCKING = 04000;
  public static final int NO_ACCESS_TIME = 01000000;
  public static final int CLOSE_ON_EXEC = 02000000;

  /** A place in the tree without access to its data; the object itself is not opened. */
  public static final int PATH = 010000000;

  public static final int DIRECT = ARM ? 0200000 : 040000;
  public static final int DIRECTORY = ARM ? 040000 : 0200000;
  public static final int NO_FOLLOW = ARM ? 0100000 : 0400000;
  public static final int TEMPORARY_FILE = 020000000 | DIRECTORY;

  private OpenFlag() {}
}
