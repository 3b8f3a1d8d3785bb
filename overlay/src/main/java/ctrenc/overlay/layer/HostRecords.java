package ctrenc.overlay.layer;

import ctrenc.overlay.sys.FileStatus;
import ctrenc.overlay.sys.TimeSpec;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.Name;
import ctrenc.overlay.vfs.Timestamp;
import java.util.SortedMap;

/** Makes inode records of what a host tree shows. */
final class HostRecords {

  private HostRecords() {}

  /**
   * @param parent the directory's inode number
   * @param links how many names the index gives the object
   */
  static InodeRecord of(HostEntry entry, long parent, int links) {
    int mode = entry.status().mode();
    long size = 0;
    InodeRecord.Body body = InodeRecord.RUNS;
    if (FileMode.isRegular(mode)) {
      size = entry.status().size();
      body = new InodeRecord.Body.Host(identity(entry.tree(), entry.path(), entry.status()));
    } else if (FileMode.isSymlink(mode)) {
      size = entry.target().length;
      body = new InodeRecord.Body.Target(entry.target());
    }
    return make(
        entry.status(), links, size, entry.isDirectory() ? parent : 0, body, entry.xattrs());
  }

  /** A regular file that changed on the host, as it is now. */
  static InodeRecord refreshed(
      InodeRecord old, HostFileIdentity identity, FileStatus now, SortedMap<Name, byte[]> xattrs) {
    InodeRecord.Body body =
        new InodeRecord.Body.Host(identity(identity.tree(), identity.path(), now));
    return make(now, old.links(), now.size(), old.parent(), body, xattrs);
  }

  static Timestamp time(TimeSpec time) {
    return new Timestamp(time.seconds(), time.nanos());
  }

  private static HostFileIdentity identity(int tree, byte[] path, FileStatus status) {
    return new HostFileIdentity(
        tree,
        path,
        HostTree.deviceOf(status),
        status.inode(),
        status.size(),
        time(status.modified()));
  }

  private static InodeRecord make(
      FileStatus status,
      int links,
      long size,
      long parent,
      InodeRecord.Body body,
      SortedMap<Name, byte[]> xattrs) {
    TimeSpec born = status.born().equals(TimeSpec.OMIT) ? status.modified() : status.born();
    return new InodeRecord(
        status.mode(),
        status.uid(),
        status.gid(),
        FileMode.isDevice(status.mode()) ? status.rdev() : 0,
        links,
        size,
        0,
        time(status.accessed()),
        time(status.modified()),
        time(status.changed()),
        time(born),
        parent,
        false,
        body,
        xattrs);
  }
}
