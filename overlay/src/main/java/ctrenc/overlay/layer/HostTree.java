package ctrenc.overlay.layer;

import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.DeviceNumber;
import ctrenc.overlay.sys.ErrorNumber;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.FileStatus;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.sys.Resolve;
import ctrenc.overlay.sys.SystemCallException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A directory tree of the host. Paths are raw bytes below its root, "" for the root itself; they
 * never follow a symbolic link and never leave the tree, whatever happens to it meanwhile.
 * Thread-safe.
 */
public final class HostTree implements AutoCloseable {

  private static final long BENEATH =
      Resolve.BENEATH | Resolve.NO_SYMLINKS | Resolve.NO_MAGIC_LINKS;

  /** The kernel takes paths below 4096 bytes; longer ones are walked in parts. */
  private static final int LONGEST_PART = 4000;

  private static final byte[] HERE = {'.'};

  private final Descriptor root;
  private final FileStatus status;

  private HostTree(Descriptor root, FileStatus status) {
    this.root = root;
    this.status = status;
  }

  public static HostTree open(Path directory) throws IOException {
    Descriptor root = FileOpener.open(directory, OpenFlag.DIRECTORY | OpenFlag.PATH);
    try {
      return new HostTree(root, FileStatus.of(root));
    } catch (SystemCallException e) {
      root.close();
      throw e;
    }
  }

  /** The root directory as it was when the tree was opened. */
  FileStatus status() {
    return status;
  }

  /** The device on which the root lies. */
  long device() {
    return deviceOf(status);
  }

  static long deviceOf(FileStatus status) {
    return Integer.toUnsignedLong(DeviceNumber.encode(status.deviceMajor(), status.deviceMinor()));
  }

  Descriptor openDirectory(byte[] path) throws SystemCallException {
    return open(path, OpenFlag.DIRECTORY | OpenFlag.NO_FOLLOW);
  }

  /** Opens a regular file for reading, without touching its access time where we may. */
  Descriptor openFile(byte[] path) throws SystemCallException {
    int flags = OpenFlag.READ_ONLY | OpenFlag.NO_FOLLOW | OpenFlag.NON_BLOCKING;
    try {
      return open(path, flags | OpenFlag.NO_ACCESS_TIME);
    } catch (SystemCallException e) {
      if (e.is(ErrorNumber.EPERM)) {
        return open(path, flags);
      }
      throw e;
    }
  }

  private Descriptor open(byte[] path, int flags) throws SystemCallException {
    if (path.length == 0) {
      return FileOpener.openResolved(root, HERE, flags, 0, BENEATH);
    }
    if (path.length <= LONGEST_PART) {
      return FileOpener.openResolved(root, path, flags, 0, BENEATH);
    }
    return walk(path, flags);
  }

  private Descriptor walk(byte[] path, int flags) throws SystemCallException {
    Descriptor directory = root;
    int from = 0;
    try {
      while (path.length - from > LONGEST_PART) {
        int to = from + LONGEST_PART;
        while (path[to] != '/') {
          to--;
        }
        byte[] part = Arrays.copyOfRange(path, from, to);
        int step = OpenFlag.PATH | OpenFlag.DIRECTORY;
        Descriptor next = FileOpener.openResolved(directory, part, step, 0, BENEATH);
        closeUnlessRoot(directory);
        directory = next;
        from = to + 1;
      }
      byte[] rest = Arrays.copyOfRange(path, from, path.length);
      return FileOpener.openResolved(directory, rest, flags, 0, BENEATH);
    } finally {
      closeUnlessRoot(directory);
    }
  }

  private void closeUnlessRoot(Descriptor directory) throws SystemCallException {
    if (directory != root) {
      directory.close();
    }
  }

  @Override
  public void close() throws IOException {
    root.close();
  }
}
