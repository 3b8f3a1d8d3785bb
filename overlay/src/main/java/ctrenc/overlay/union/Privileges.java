package ctrenc.overlay.union;

import ctrenc.overlay.layer.InodeRecord;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.Name;

/**
 * The rights a program has by its file: set-user-ID, set-group-ID, file capabilities; and how a
 * change of the file takes them away.
 */
final class Privileges {

  static final Name CAPABILITY = Name.of("security.capability");

  private Privileges() {}

  static boolean any(InodeRecord inodeRecord) {
    return withoutSetId(inodeRecord.mode()) != inodeRecord.mode()
        || inodeRecord.xattrs().containsKey(CAPABILITY);
  }

  /**
   * Takes away all that a write or a new owner must not leave. Set-group-ID without group execution
   * is mandatory locking: it stays.
   */
  static void drop(InodeEdit edit) {
    edit.mode(withoutSetId(edit.mode()));
    if (edit.xattrs().containsKey(CAPABILITY)) {
      edit.xattr(CAPABILITY, null);
    }
  }

  private static int withoutSetId(int mode) {
    if (FileMode.isDirectory(mode)) {
      return mode;
    }
    int kept = mode & ~FileMode.SETUID;
    return (mode & FileMode.GROUP_EXECUTE) == 0 ? kept : kept & ~FileMode.SETGID;
  }
}
