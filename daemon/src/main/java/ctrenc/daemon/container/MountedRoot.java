package ctrenc.daemon.container;

import ctrenc.daemon.log.FactLog;
import ctrenc.overlay.fuse.CacheMode;
import ctrenc.overlay.fuse.Mount;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.FileData;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.Mounts;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.sys.SystemCallException;
import ctrenc.overlay.vfs.FileSystem;
import java.io.IOException;
import java.nio.file.Path;

/** A root that is shown: the filesystem of its subvolume, and the mount that serves it. */
record MountedRoot(FileSystem fileSystem, Mount mount, CacheMode cache) {

  private static final FactLog LOG = FactLog.of(MountedRoot.class);

  /** Has the kernel hand over what it gathered of writes. */
  void writeBack() throws IOException {
    try (Descriptor directory = FileOpener.open(mount.directory(), OpenFlag.DIRECTORY)) {
      FileData.syncFileSystem(directory);
    }
  }

  /** Takes a further place away where a root is shown. */
  static void unbind(Path target) {
    try {
      Mounts.unmount(FileOpener.bytesOf(target), Mounts.DETACH | Mounts.NO_FOLLOW);
    } catch (SystemCallException e) {
      // Someone else took it away; what counts is that it is gone.
      LOG.warn("bound root was not there", "path", target, "errno", e.errno());
    }
  }
}
