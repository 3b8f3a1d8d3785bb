package ctrenc.overlay.union;

import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileMode;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Keeps mode bits and the access control lists among the extended attributes in step. */
final class AclAttributes {

  private static final int MODE_BITS = 0777;

  private AclAttributes() {}

  /** The access list follows a change of mode. */
  static void followMode(InodeEdit edit) throws IOException {
    byte[] value = edit.xattrs().get(PosixAcl.ACCESS);
    if (value != null) {
      edit.xattr(PosixAcl.ACCESS, stored(value).changed(edit.mode()).encode());
    }
  }

  /**
   * Sets an access list: the mode follows, and a list that says no more than the mode is not kept.
   */
  static void setAccess(InodeEdit edit, PosixAcl acl) {
    edit.mode(edit.mode() & ~MODE_BITS | acl.permissions());
    edit.xattr(PosixAcl.ACCESS, acl.isMinimal() ? null : acl.encode());
  }

  /** Sets the default list of a directory. */
  static void setDefault(InodeEdit edit, PosixAcl acl) throws ErrnoException {
    if (!FileMode.isDirectory(edit.mode())) {
      throw new ErrnoException(Errno.EACCES);
    }
    edit.xattr(PosixAcl.DEFAULT, acl.encode());
  }

  /**
   * Gives a new inode what it inherits: its directory's default list in place of the umask, or else
   * the umask.
   */
  static void inherit(InodeEdit edit, byte @Nullable [] defaults, int umask) throws IOException {
    if (defaults == null) {
      edit.mode(edit.mode() & ~(umask & MODE_BITS));
      return;
    }
    setAccess(edit, stored(defaults).inherited(edit.mode()));
    if (FileMode.isDirectory(edit.mode())) {
      edit.xattr(PosixAcl.DEFAULT, defaults);
    }
  }

  private static PosixAcl stored(byte[] value) throws IOException {
    try {
      return PosixAcl.decode(value);
    } catch (ErrnoException e) {
      throw new DamagedException("A stored access control list is not valid.", e);
    }
  }
}
