package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.MountOptions;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.ErrorNumber;
import ctrenc.overlay.sys.FileData;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.FileStatus;
import ctrenc.overlay.sys.Mounts;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.sys.SystemCallException;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.FileSystem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The directory a filesystem is mounted at. Whatever here touches the mount waits for its answer,
 * at most for the patience given; it must not be called by a thread that answers requests.
 */
public final class MountPoint {

  private static final String TYPE = "fuse.ctr-enc";

  private final Path directory;
  private final byte[] path;

  public MountPoint(Path directory) {
    this.directory = directory;
    path = FileOpener.bytesOf(directory.toAbsolutePath());
  }

  public Path directory() {
    return directory;
  }

  /**
   * Mounts. Set-ID programs and devices work, because a container's root needs them. Times of
   * access are the filesystem's affair; the mount shows the kernel's default, relatime.
   *
   * @return the number of the connection, which the kernel knows before anybody answers
   */
  long attach(Descriptor device, int rootMode, MountOptions options) throws IOException {
    String data =
        "fd=%d,rootmode=%o,user_id=0,group_id=0,allow_other,default_permissions"
            .formatted(device.number(), rootMode & FileMode.TYPE);
    long flags = options.readOnly() ? Mounts.READ_ONLY : 0;
    try {
      Mounts.mount(bytes(options.label()), path, bytes(TYPE), flags, bytes(data));
      return FileStatus.known(Descriptor.WORKING_DIRECTORY, path).deviceMinor();
    } catch (SystemCallException e) {
      throw new IOException("%s could not be mounted: %s.".formatted(directory, e.getMessage()), e);
    }
  }

  /** The number of the connection that is mounted here already. */
  public long connection() throws IOException {
    FileStatus root = FileStatus.known(Descriptor.WORKING_DIRECTORY, path);
    if (root.deviceMajor() != 0) {
      throw new IOException("%s is no longer mounted.".formatted(directory));
    }
    return root.deviceMinor();
  }

  /**
   * Asks the root for its attributes through the mount.
   *
   * @throws IOException when no answer comes, or not from the root of this connection
   */
  public void probe(long connection, Duration patience) throws IOException {
    FileStatus root =
        Deadline.call(
            "probe", patience, () -> FileStatus.fresh(Descriptor.WORKING_DIRECTORY, path));
    if (root.inode() != FileSystem.ROOT
        || root.deviceMajor() != 0
        || root.deviceMinor() != connection) {
      throw new IOException(
          "%s shows something else than the mount just made there.".formatted(directory));
    }
  }

  /**
   * Makes the kernel send what it gathered, though newer kernels do not wait until it is taken; the
   * end of the mount does. False if another mount is at the directory, or none.
   */
  public boolean flush(long connection, Duration patience) throws IOException {
    return Deadline.call(
        "flush",
        patience,
        () -> {
          if (!shows(connection)) {
            return false;
          }
          try (Descriptor root =
              FileOpener.open(Descriptor.WORKING_DIRECTORY, path, OpenFlag.DIRECTORY, 0)) {
            FileData.syncFileSystem(root);
          }
          return true;
        });
  }

  /** Takes the mount out of the tree, though it lives on for whoever still uses it. */
  public void detach(long connection, Duration patience) throws IOException {
    Deadline.call(
        "detach",
        patience,
        () -> {
          if (shows(connection)) {
            detach();
          }
          return null;
        });
  }

  /** The same for a mount that was just made and may not answer. */
  public void detach() throws IOException {
    try {
      Mounts.unmount(path, Mounts.NO_FOLLOW);
    } catch (SystemCallException e) {
      if (!e.is(ErrorNumber.EBUSY)) {
        throw e;
      }
      Mounts.unmount(path, Mounts.NO_FOLLOW | Mounts.DETACH);
    }
  }

  private boolean shows(long connection) throws SystemCallException {
    try {
      FileStatus root = FileStatus.known(Descriptor.WORKING_DIRECTORY, path);
      return root.deviceMajor() == 0 && root.deviceMinor() == connection;
    } catch (SystemCallException e) {
      if (e.is(ErrorNumber.ENOENT) || e.is(ErrorNumber.ENOTDIR)) {
        return false;
      }
      throw e;
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
