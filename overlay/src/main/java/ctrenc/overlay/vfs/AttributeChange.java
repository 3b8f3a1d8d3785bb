package ctrenc.overlay.vfs;

/**
 * The fields of an inode that one setattr changes: {@code set} is a mask of the constants here, and
 * only fields whose bit is set have a meaning. A mask of 0 is legal and only asks for the
 * attributes. ACCESSED_NOW and MODIFIED_NOW ask for the server's clock.
 */
public record AttributeChange(
    int set,
    int mode,
    int uid,
    int gid,
    long size,
    Timestamp accessed,
    Timestamp modified,
    Timestamp changed) {

  public static final int MODE = 1;
  public static final int UID = 1 << 1;
  public static final int GID = 1 << 2;
  public static final int SIZE = 1 << 3;
  public static final int ACCESSED = 1 << 4;
  public static final int MODIFIED = 1 << 5;
  public static final int CHANGED = 1 << 6;
  public static final int ACCESSED_NOW = 1 << 7;
  public static final int MODIFIED_NOW = 1 << 8;

  /**
   * Clear set-user-ID, and set-group-ID where the group may execute, and drop file capabilities
   * (FATTR_KILL_SUIDGID).
   */
  public static final int KILL_PRIVILEGES = 1 << 9;

  public boolean has(int bit) {
    return (set & bit) != 0;
  }
}
