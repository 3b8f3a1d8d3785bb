package ctrenc.daemon.snapshotter;

import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.DirectoryEntry;
import ctrenc.overlay.sys.DirectoryReader;
import ctrenc.overlay.sys.ErrorNumber;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.FileStatus;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.sys.SystemCallException;
import ctrenc.overlay.vfs.FileMode;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * What a tree takes on its disk. Files with several names count once; what vanishes meanwhile does
 * not count. Not thread-safe.
 */
final class TreeSize {

  private static final int BLOCK = 512;

  private final Set<Long> linked = new HashSet<>();
  private long bytes;
  private long inodes;

  private TreeSize() {}

  static Snapshot.Usage of(Path tree) throws SystemCallException {
    TreeSize size = new TreeSize();
    try (Descriptor directory = FileOpener.open(tree, OpenFlag.DIRECTORY)) {
      size.count(FileStatus.of(directory));
      size.walk(directory);
    }
    return new Snapshot.Usage(size.bytes, size.inodes);
  }

  private void walk(Descriptor directory) throws SystemCallException {
    for (DirectoryEntry entry : DirectoryReader.list(directory)) {
      try {
        add(directory, entry.name());
      } catch (SystemCallException e) {
        if (!e.is(ErrorNumber.ENOENT)) {
          throw e;
        }
      }
    }
  }

  private void add(Descriptor parent, byte[] name) throws SystemCallException {
    FileStatus status = FileStatus.at(parent, name);
    count(status);
    if (FileMode.isDirectory(status.mode())) {
      int flags = OpenFlag.DIRECTORY | OpenFlag.NO_FOLLOW;
      try (Descriptor directory = FileOpener.open(parent, name, flags, 0)) {
        walk(directory);
      }
    }
  }

  private void count(FileStatus status) {
    boolean isFurtherName =
        !FileMode.isDirectory(status.mode()) && status.links() > 1 && !linked.add(status.inode());
    if (!isFurtherName) {
      bytes += status.blocks() * BLOCK;
      inodes++;
    }
  }
}
