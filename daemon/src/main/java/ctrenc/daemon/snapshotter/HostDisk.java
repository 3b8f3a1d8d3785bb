package ctrenc.daemon.snapshotter;

import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.FileData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What power loss means on this machine. Thread-safe. */
public interface HostDisk {

  /** Another one with each start of the machine. */
  String boot() throws IOException;

  /**
   * Returns when what was written to a filesystem survives power loss.
   *
   * @param file any open file of it, and the same one each time: the kernel reports an error that
   *     came since the file was opened, once
   */
  void sync(Descriptor file) throws IOException;

  /** The disk as it is, seen by the kernel. */
  static HostDisk ofKernel() {
    return new HostDisk() {

      @Override
      public String boot() throws IOException {
        return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
      }

      @Override
      public void sync(Descriptor file) throws IOException {
        FileData.syncFileSystem(file);
      }
    };
  }
}
