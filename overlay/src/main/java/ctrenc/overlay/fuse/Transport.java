package ctrenc.overlay.fuse;

import ctrenc.overlay.vfs.FileSystem;
import java.io.IOException;
import java.nio.file.Path;

/** A way to carry the kernel's requests to a {@link FileSystem}. Thread-safe. */
public interface Transport {

  /**
   * Mounts {@code fileSystem} at {@code directory} and serves it until the mount ends. Returns only
   * after the mount was probed: it is this mount, and it answers. The caller keeps {@code
   * fileSystem} and closes it after the mount has ended.
   *
   * @throws IOException with one plain sentence, when the mount could not be made; nothing is left
   *     behind
   */
  Mount mount(FileSystem fileSystem, Path directory, MountOptions options) throws IOException;
}
