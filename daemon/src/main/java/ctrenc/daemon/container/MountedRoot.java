package ctrenc.daemon.container;

import ctrenc.daemon.config.Directories;
import ctrenc.daemon.config.OwnPlaces;
import ctrenc.daemon.key.Holders;
import ctrenc.daemon.log.FactLog;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.fuse.CacheMode;
import ctrenc.overlay.fuse.Mount;
import ctrenc.overlay.fuse.MountOptions;
import ctrenc.overlay.fuse.Transport;
import ctrenc.overlay.fuse.kernel.KernelTransport;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.FileData;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.Mounts;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.sys.SystemCallException;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;

/** A root that is shown: the filesystem of its subvolume, and the mount that serves it. */
record MountedRoot(FileSystem fileSystem, Mount mount, CacheMode cache) {

  private static final FactLog LOG = FactLog.of(MountedRoot.class);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final byte[] NOTHING = {};

  /** Mounts a filesystem, which is closed and its place removed where that fails. */
  static MountedRoot show(
      Transport transport, FileSystem fileSystem, Path directory, MountOptions options)
      throws IOException {
    boolean isMounted = false;
    try {
      requireDevice();
      Mount mount = transport.mount(fileSystem, directory, options);
      isMounted = true;
      return new MountedRoot(fileSystem, mount, options.cache());
    } finally {
      if (!isMounted) {
        fileSystem.close();
        Files.deleteIfExists(directory);
      }
    }
  }

  /**
   * @throws RefusedException if nothing can be mounted on this machine
   */
  static void requireDevice() throws RefusedException {
    if (!KernelTransport.hasDevice()) {
      throw RefusedException.conflict(
          "There is no /dev/fuse on this machine: load the kernel's module ('modprobe fuse'), or bind the device here.");
    }
  }

  /**
   * @throws RefusedException if nothing can be mounted there
   */
  static void requireMountPoint(Path target, Directories directories) throws IOException {
    if (!target.isAbsolute() || !Files.isDirectory(target)) {
      throw RefusedException.invalid(
          "The mount point "
              + target
              + " is not an absolute path of a directory that exists: make it first.");
    }
    Optional<Path> hidden = OwnPlaces.of(directories).below(target);
    if (hidden.isPresent()) {
      throw RefusedException.invalid(
          "A root at "
              + target
              + " would hide the daemon's own directory "
              + hidden.get()
              + ": choose another mount point.");
    }
  }

  /** Has the kernel hand over what it gathered of writes. */
  void writeBack() throws IOException {
    try (Descriptor directory = FileOpener.open(mount.directory(), OpenFlag.DIRECTORY)) {
      FileData.syncFileSystem(directory);
    }
  }

  /** Shows the root at one more place. */
  void bind(Path target) throws IOException {
    Mounts.mount(
        FileOpener.bytesOf(mount.directory()),
        FileOpener.bytesOf(target),
        "none".getBytes(StandardCharsets.UTF_8),
        Mounts.BIND,
        NOTHING);
  }

  /** Unmounts the root and closes its filesystem. */
  void takeDown() throws IOException {
    try {
      mount.unmount(PATIENCE);
    } finally {
      fileSystem.close();
    }
    Files.deleteIfExists(mount.directory());
  }

  /**
   * Takes the mount out of the tree, closes the filesystem and leaves those who use it with one
   * that answers ENOKEY; what the kernel holds of its contents is dropped. What passed through
   * memory of this process is for the caller to have erased.
   */
  void leave() throws IOException {
    mount.leave(PATIENCE);
    forget(fileSystem.lock());
    Files.deleteIfExists(mount.directory());
  }

  /**
   * Stores all that was written before the call: the kernel writes back each file before it forgets
   * it, which a sync of its filesystem alone does not wait for.
   */
  void store() throws IOException {
    writeBack();
    forget(fileSystem.inUse());
    try {
      fileSystem.sync();
    } catch (ErrnoException e) {
      throw new IOException("What was written to the root could not be stored.", e);
    }
  }

  private void forget(long[] inodes) {
    for (long inode : inodes) {
      forget(inode);
    }
  }

  private void forget(long inode) {
    try {
      mount.invalidateInode(inode, 0, 0);
    } catch (IOException e) {
      // The kernel does not know it, or the last of its users went meanwhile.
    }
  }

  /** Who uses one of those inodes of the mount. */
  List<Holders.Holder> holders(LongPredicate inodes) throws IOException {
    return Holders.of((int) mount.connection(), inodes);
  }

  /**
   * Takes further places away where a root is shown.
   *
   * @param targets in the order in which they were made: a later one may lie over an earlier one
   */
  static void unbind(List<Path> targets) {
    targets.reversed().forEach(MountedRoot::unbind);
  }

  private static void unbind(Path target) {
    try {
      Mounts.unmount(FileOpener.bytesOf(target), Mounts.DETACH | Mounts.NO_FOLLOW);
    } catch (SystemCallException e) {
      // Someone else took it away; what counts is that it is gone.
      LOG.warn("bound root was not there", "path", target, "errno", e.errno());
    }
  }
}
