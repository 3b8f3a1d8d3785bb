package ctrenc.overlay.union;

import ctrenc.overlay.layer.HostFileChangedException;
import ctrenc.overlay.layer.InodeRecord;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** Serves reads of open files and of symbolic links. */
final class FileReader {

  private final OpenFiles files;
  private final NodeTable nodes;
  private final DataReader data;
  private final AccessTimes accessTimes;

  FileReader(OpenFiles files, NodeTable nodes, DataReader data, AccessTimes accessTimes) {
    this.files = files;
    this.nodes = nodes;
    this.data = data;
    this.accessTimes = accessTimes;
  }

  int read(long inode, long handle, long offset, MemorySegment target)
      throws IOException, ErrnoException {
    try (NodeTable.Pin pin = files.pin(inode, handle)) {
      Node node = pin.node();
      requireRegular(node);
      if (offset < 0) {
        throw new ErrnoException(Errno.EINVAL);
      }
      try {
        int count = data.read(node, offset, target);
        accessTimes.read(node);
        return count;
      } catch (HostFileChangedException e) {
        throw changed(node, e);
      }
    }
  }

  /**
   * The first reader of a changed host file is told to look again; then it is an error as any
   * other.
   */
  private static ErrnoException changed(Node node, HostFileChangedException e) throws IOException {
    if (node.isHostChanged()) {
      throw e;
    }
    node.markHostChanged();
    return new ErrnoException(Errno.ESTALE);
  }

  byte[] target(long inode) throws IOException, ErrnoException {
    try (NodeTable.Pin pin = nodes.pin(inode)) {
      if (!(pin.node().inodeRecord().body() instanceof InodeRecord.Body.Target target)) {
        throw new ErrnoException(Errno.EINVAL);
      }
      return target.path().clone();
    }
  }

  static void requireRegular(Node node) throws ErrnoException {
    if (node.inodeRecord().isDirectory()) {
      throw new ErrnoException(Errno.EISDIR);
    }
    if (!node.inodeRecord().isRegular()) {
      throw new ErrnoException(Errno.EINVAL);
    }
  }
}
