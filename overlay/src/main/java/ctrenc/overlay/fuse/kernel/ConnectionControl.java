package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.FileSystemStatus;
import ctrenc.overlay.sys.Mounts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The kernel's levers on FUSE connections: fusectl, which is mounted here if nobody did, and the
 * read-ahead of a mount.
 */
final class ConnectionControl {

  private static final Path CONNECTIONS = Path.of("/sys/fs/fuse/connections");
  private static final Path BACKING_DEVICES = Path.of("/sys/class/bdi");

  private ConnectionControl() {}

  /** Ends a connection by force: every request on it, waiting or to come, fails. */
  static void abort(long connection) throws IOException {
    if (FileSystemStatus.of(FileOpener.bytesOf(CONNECTIONS)).type()
        != FileSystemStatus.FUSE_CONTROL) {
      byte[] type = "fusectl".getBytes(StandardCharsets.US_ASCII);
      Mounts.mount(type, FileOpener.bytesOf(CONNECTIONS), type, 0, new byte[0]);
    }
    Path lever = CONNECTIONS.resolve(Long.toString(connection)).resolve("abort");
    if (Files.exists(lever)) {
      Files.writeString(lever, "1");
    }
  }

  /** Raises how far the kernel reads ahead; INIT can only lower it. */
  static void setReadAhead(long connection, int kibibytes) throws IOException {
    set(connection, "read_ahead_kb", Integer.toString(kibibytes));
  }

  /**
   * Lets the kernel hold as many dirty pages of this mount as of a disk. It distrusts FUSE servers
   * and gives them a hundredth of that, so that writers wait for us after a few megabytes.
   */
  static void trustWithDirtyPages(long connection) throws IOException {
    set(connection, "strict_limit", "0");
    set(connection, "max_ratio", "100");
  }

  private static void set(long connection, String setting, String value) throws IOException {
    Files.writeString(BACKING_DEVICES.resolve("0:" + connection).resolve(setting), value);
  }
}
