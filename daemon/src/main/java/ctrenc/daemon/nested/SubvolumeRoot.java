package ctrenc.daemon.nested;

import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.FileStatus;
import ctrenc.overlay.sys.SystemCallException;
import ctrenc.overlay.vfs.FileSystem;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The root directory of a subvolume. By device and inode number, which no other subvolume has, it
 * is known in whatever mount it shows, and wherever it is renamed to.
 */
record SubvolumeRoot(int deviceMajor, int deviceMinor, long inode) {

  /** In a mount the inode numbers of each subvolume are apart by this (overlay/SEMANTICS.md). */
  private static final int PLACE_SHIFT = 42;

  /** That of the subvolume which is mounted at a directory. Asks no filesystem. */
  static SubvolumeRoot mounted(Path directory) throws SystemCallException {
    FileStatus status =
        FileStatus.knownFollowing(Descriptor.WORKING_DIRECTORY, FileOpener.bytesOf(directory));
    return new SubvolumeRoot(status.deviceMajor(), status.deviceMinor(), status.inode());
  }

  /** Another one in the same mount. */
  SubvolumeRoot at(long other) {
    return new SubvolumeRoot(deviceMajor, deviceMinor, other);
  }

  /** Whether it is the root directory of a process. */
  boolean isRootOf(long process) {
    return rootOf(process).filter(this::equals).isPresent();
  }

  /** Whether the root directory of a process is this one or another of the same subvolume. */
  boolean holdsRootOf(long process) {
    return rootOf(process).filter(root -> !isApart(inode, root.inode)).isPresent();
  }

  /** Whether two inodes of a mount are in different subvolumes. */
  static boolean isApart(long one, long other) {
    return one >>> PLACE_SHIFT != other >>> PLACE_SHIFT;
  }

  /** Whether an inode is the root directory of its subvolume, and none below. */
  static boolean isTop(long inode) {
    return inode == (inode >>> PLACE_SHIFT << PLACE_SHIFT | FileSystem.ROOT);
  }

  /** The root directory of a process, if it is on this device. Asks no filesystem. */
  private Optional<SubvolumeRoot> rootOf(long process) {
    byte[] root = ("/proc/" + process + "/root").getBytes(StandardCharsets.UTF_8);
    try {
      FileStatus status = FileStatus.knownFollowing(Descriptor.WORKING_DIRECTORY, root);
      return status.deviceMajor() == deviceMajor && status.deviceMinor() == deviceMinor
          ? Optional.of(at(status.inode()))
          : Optional.empty();
    } catch (SystemCallException _) {
      return Optional.empty(); // It has ended.
    }
  }
}
