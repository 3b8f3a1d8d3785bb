package ctrenc.overlay.fuse;

import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.vfs.FileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

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

  /**
   * Erases what passed through the memory of the threads that serve all mounts; a request that
   * takes longer than a second keeps its own.
   */
  default void wipe() throws IOException {
    // Where threads erase each request when it is answered.
  }

  /**
   * Goes on with a mount that an earlier process made with these options, and did not live to end.
   * What that was asked and did not answer is answered now. Takes the descriptors over, also when
   * it fails; once they are closed everywhere, the kernel ends the mount.
   *
   * @param fileSystem knows every inode and handle that the earlier process gave out
   * @param descriptors what {@link Mount#descriptors} was
   */
  default Mount resume(
      FileSystem fileSystem, Path directory, MountOptions options, List<Descriptor> descriptors)
      throws IOException {
    throw new IOException("Mounts of this kind end with the process that made them.");
  }
}
