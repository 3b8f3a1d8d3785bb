package ctrenc.overlay.union;

import ctrenc.overlay.layer.InodeRecord;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.Timestamp;
import java.io.IOException;

/**
 * What an inode is to be when it is made: type and permissions as asked for, the caller's umask,
 * device number, content.
 */
record NewInode(int mode, int umask, int rdev, InodeRecord.Body body) {

  private static final int NO_UMASK = 0;
  private static final int SYMLINK_MODE = FileMode.SYMLINK | 0777;

  static NewInode node(int mode, int umask, int rdev) {
    int type = (mode & FileMode.TYPE) == 0 ? FileMode.REGULAR : mode & FileMode.TYPE;
    int number = FileMode.isDevice(type) ? rdev : 0;
    return new NewInode(type | mode & FileMode.PERMISSIONS, umask, number, InodeRecord.RUNS);
  }

  static NewInode file(int mode, int umask) {
    return node(FileMode.REGULAR | mode & FileMode.PERMISSIONS, umask, 0);
  }

  static NewInode directory(int mode, int umask) {
    return node(FileMode.DIRECTORY | mode & FileMode.PERMISSIONS, umask, 0);
  }

  static NewInode symlink(byte[] target) {
    return new NewInode(SYMLINK_MODE, NO_UMASK, 0, new InodeRecord.Body.Target(target.clone()));
  }

  /** The 0:0 character device that a rename with RENAME_WHITEOUT leaves behind. */
  static NewInode whiteoutDevice() {
    return node(FileMode.CHARACTER_DEVICE, NO_UMASK, 0);
  }

  boolean isDirectory() {
    return FileMode.isDirectory(mode);
  }

  /**
   * The record of the new inode in {@code parent}: owned by the caller, or by the directory's group
   * where that has set-group-ID, which directories inherit; permissions by umask or default access
   * control list.
   */
  InodeEdit in(Node parent, Caller caller, Timestamp now) throws IOException {
    InodeRecord directory = parent.inodeRecord();
    boolean inherits = (directory.mode() & FileMode.SETGID) != 0;
    InodeEdit edit =
        InodeEdit.fresh(mode, caller.uid(), inherits ? directory.gid() : caller.gid(), now);
    if (inherits && isDirectory()) {
      edit.mode(mode | FileMode.SETGID);
    }
    if (!FileMode.isSymlink(mode)) {
      AclAttributes.inherit(edit, directory.xattrs().get(PosixAcl.DEFAULT), umask);
    }
    if (body instanceof InodeRecord.Body.Target target) {
      edit.size(target.path().length);
    }
    if (isDirectory()) {
      edit.parent(parent.inode());
    }
    return edit.rdev(rdev).body(body).links(isDirectory() ? 2 : 1);
  }
}
