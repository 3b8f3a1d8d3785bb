package ctrenc.daemon.nested;

import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.FileStatus;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.sys.SystemCallException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The root directory of a subvolume, held open, so that it is found wherever it is renamed to. By
 * device and inode number, which no other subvolume has, it is known in whatever mount it shows.
 */
record SubvolumeRoot(Descriptor descriptor, FileStatus status) implements AutoCloseable {

  static SubvolumeRoot open(Path directory) throws SystemCallException {
    Descriptor descriptor =
        FileOpener.open(directory, OpenFlag.PATH | OpenFlag.DIRECTORY | OpenFlag.NO_FOLLOW);
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

  /** Whether it is the root directory of a process. Asks no filesystem, which may not answer. */
  boolean isRootOf(long process) {
    try {
      FileStatus root =
          FileStatus.knownFollowing(
              Descriptor.WORKING_DIRECTORY,
              ("/proc/" + process + "/root").getBytes(StandardCharsets.UTF_8));
      return root.inode() == status.inode()
          && root.deviceMajor() == status.deviceMajor()
          && root.deviceMinor() == status.deviceMinor();
    } catch (SystemCallException _) {
      return false; // It has ended.
    }
  }

  @Override
  public void close() throws SystemCallException {
    descriptor.close();
  }
}
