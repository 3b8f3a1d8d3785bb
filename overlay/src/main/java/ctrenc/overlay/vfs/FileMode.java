package ctrenc.overlay.vfs;

/** The bits of {@code st_mode}, from {@code <sys/stat.h>}. */
public final class FileMode {

  public static final int TYPE = 0170000;
  public static final int SOCKET = 0140000;
  public static final int SYMLINK = 0120000;
  public static final int REGULAR = 0100000;
  public static final int BLOCK_DEVICE = 0060000;
  public static final int DIRECTORY = 0040000;
  public static final int CHARACTER_DEVICE = 0020000;
  public static final int FIFO = 0010000;
  public static final int SETUID = 04000;
  public static final int SETGID = 02000;
  public static final int GROUP_EXECUTE = 0010;
  public static final int PERMISSIONS = 07777;

  private FileMode() {}

  public static boolean isDirectory(int mode) {
    return (mode & TYPE) == DIRECTORY;
  }

  public static boolean isRegular(int mode) {
    return (mode & TYPE) == REGULAR;
  }

  public static boolean isSymlink(int mode) {
    return (mode & TYPE) == SYMLINK;
  }

  public static boolean isDevice(int mode) {
    int type = mode & TYPE;
    return type == BLOCK_DEVICE || type == CHARACTER_DEVICE;
  }

  /** The {@code d_type} of a directory entry: the type bits shifted down. */
  public static int direntType(int mode) {
    return (mode & TYPE) >> 12;
  }
}
