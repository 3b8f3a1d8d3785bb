package ctrenc.overlay.layer;

import ctrenc.overlay.sys.FileStatus;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.Name;
import java.util.SortedMap;

/**
 * A name in a directory of a host tree and what it leads to: all that an index keeps.
 *
 * @param tree the tree's index in its layer
 * @param path the raw path below the tree's root
 * @param target what a symbolic link holds; empty for other kinds
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
record HostEntry(
    Name name,
    int tree,
    byte[] path,
    FileStatus status,
    SortedMap<Name, byte[]> xattrs,
    byte[] target) {

  boolean isDirectory() {
    return FileMode.isDirectory(status.mode());
  }

  /** Whether the object may have other names. */
  boolean isLinked() {
    return !isDirectory() && status.links() > 1;
  }

  HostId id() {
    return new HostId(HostTree.deviceOf(status), status.inode());
  }
}
