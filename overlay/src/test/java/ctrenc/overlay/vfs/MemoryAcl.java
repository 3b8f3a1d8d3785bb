package ctrenc.overlay.vfs;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * POSIX ACLs as extended attributes carry them (linux/posix_acl_xattr.h): a version, then entries
 * of tag, permissions and id. Works on copies.
 */
final class MemoryAcl {

  static final Name ACCESS = Name.of("system.posix_acl_access");
  static final Name DEFAULT = Name.of("system.posix_acl_default");

  private static final int HEADER = 4;
  private static final int ENTRY = 8;
  private static final int USER_OBJ = 1;
  private static final int GROUP_OBJ = 4;
  private static final int MASK = 16;
  private static final int OTHER = 32;

  private MemoryAcl() {}

  /** True if the permission bits say all that the list says. */
  static boolean isPlain(byte[] acl) {
    return acl.length == HEADER + 3 * ENTRY;
  }

  /** The permission bits that belong to a list; the other bits as they are in {@code mode}. */
  static int modeOf(byte[] acl, int mode) {
    ByteBuffer entries = ByteBuffer.wrap(acl).order(ByteOrder.LITTLE_ENDIAN);
    int user = 0;
    int group = 0;
    int mask = -1;
    int other = 0;
    for (int at = HEADER; at + ENTRY <= acl.length; at += ENTRY) {
      int permissions = entries.getShort(at + 2);
      switch (entries.getShort(at)) {
        case USER_OBJ -> user = permissions;
        case GROUP_OBJ -> group = permissions;
        case MASK -> mask = permissions;
        case OTHER -> other = permissions;
        default -> {}
      }
    }
    return mode & ~0777 | user << 6 | (mask >= 0 ? mask : group) << 3 | other;
  }

  /** The list with {@code mode} put into it, as chmod(2) does. */
  static byte[] withMode(byte[] acl, int mode) {
    return combine(acl, mode, false);
  }

  /** The list of a new object made with {@code mode} under a default list: both must allow. */
  static byte[] inherited(byte[] acl, int mode) {
    return combine(acl, mode, true);
  }

  private static byte[] combine(byte[] acl, int mode, boolean narrow) {
    byte[] result = acl.clone();
    ByteBuffer entries = ByteBuffer.wrap(result).order(ByteOrder.LITTLE_ENDIAN);
    boolean hasMask = false;
    for (int at = HEADER; at + ENTRY <= acl.length; at += ENTRY) {
      hasMask |= entries.getShort(at) == MASK;
    }
    for (int at = HEADER; at + ENTRY <= acl.length; at += ENTRY) {
      int shift =
          switch (entries.getShort(at)) {
            case USER_OBJ -> 6;
            case GROUP_OBJ -> hasMask ? -1 : 3;
            case MASK -> 3;
            case OTHER -> 0;
            default -> -1;
          };
      if (shift >= 0) {
        int wanted = mode >> shift & 7;
        entries.putShort(at + 2, (short) (narrow ? wanted & entries.getShort(at + 2) : wanted));
      }
    }
    return result;
  }
}
