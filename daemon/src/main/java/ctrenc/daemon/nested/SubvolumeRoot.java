package ctrenc.daemon.nested;

import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.FileStatus;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.sys.SystemCallException;
import ctrenc.overlay.vfs.FileSystem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The root directory of a subvolume, held open, so that it is found wherever it is renamed to. By
 * device and inode number, which no other subvolume has, it is known in whatever mount it shows.
 */
record SubvolumeRoot(Descriptor descriptor, FileStatus status) implements AutoCloseable {

  /** In a mount the inode numbers of each subvolume are apart by this (overlay/SEMANTICS.md). */
  private static final int PLACE_SHIFT = 42;

  static SubvolumeRoot open(Path directory) throws SystemCallException {
    return of(FileOpener.open(directory, OpenFlag.PATH | OpenFlag.DIRECTORY | OpenFlag.NO_FOLLOW));
  }

  /** Takes the descriptor over. */
  static SubvolumeRoot of(Descriptor descriptor) throws SystemCallException {
    boolean isKnown = false;
    try {
      SubvolumeRoot root = new SubvolumeRoot(descriptor, FileStatus.of(descriptor));
      isKnown = true;
      return root;
    } finally {
      if (!isKnown) {
        descriptor.close();
      }
    }
  }

  /** A path that leads to it, for this process alone. */
  Path path() {
    return Path.of("/proc/self/fd/" + descriptor.number());
  }

  /** What it is called now in the directory where it hangs. */
  Path name() throws IOException {
    return Files.readSymbolicLink(path()).getFileName();
  }

  /** Whether it is the root directory of a process. */
  boolean isRootOf(long process) {
    return rootOf(process).filter(root -> root.inode() == status.inode()).isPresent();
  }

  /** Whether the root directory of a process is this one or another of the same subvolume. */
  boolean holdsRootOf(long process) {
    return rootOf(process).filter(root -> place(root) == place(status)).isPresent();
  }

  /** Whether this is of another subvolume, which then hangs below that one. */
  boolean isNestedIn(SubvolumeRoot above) {
    return isOnSameDevice(above.status) && place(status) != place(above.status);
  }

  /** Whether this is the root directory of its subvolume, and not one below. */
  boolean isTop() {
    return status.inode() == (place(status) << PLACE_SHIFT | FileSystem.ROOT);
  }

  /** The root directory of a process, if it is on this device. Asks no filesystem. */
  private Optional<FileStatus> rootOf(long process) {
    byte[] root = ("/proc/" + process + "/root").getBytes(StandardCharsets.UTF_8);
    try {
      return Optional.of(FileStatus.knownFollowing(Descriptor.WORKING_DIRECTORY, root))
          .filter(this::isOnSameDevice);
    } catch (SystemCallException _) {
      return Optional.empty(); // It has ended.
    }
  }

  private boolean isOnSameDevice(FileStatus other) {
    return other.deviceMajor() == status.deviceMajor()
        && other.deviceMinor() == status.deviceMinor();
  }

  /** Which subvolume of its mount an object is in. */
  private static long place(FileStatus object) {
    return object.inode() >>> PLACE_SHIFT;
  }

  @Override
  public void close() throws SystemCallException {
    descriptor.close();
  }
}
