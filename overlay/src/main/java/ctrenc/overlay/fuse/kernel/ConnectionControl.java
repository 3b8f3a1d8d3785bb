package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.FileSystemStatus;
import ctrenc.overlay.sys.Mounts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The kernel's levers on FUSE connections: fusectl, which is mounted here if nobody did, and the
 * read-ahead of a mount.
 */
public final class ConnectionControl {

  private static final Logger LOG = LoggerFactory.getLogger(ConnectionControl.class);
  private static final int READ_AHEAD_KIB = 1024;

  private static final Path CONNECTIONS = Path.of("/sys/fs/fuse/connections");
  private static final Path BACKING_DEVICES = Path.of("/sys/class/bdi");

  private ConnectionControl() {}

  /** Ends a connection by force: every request on it, waiting or to come, fails. */
  public static void abort(long connection) throws IOException {
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

  /**
   * Raises how far the kernel reads ahead, which INIT can only lower, and lets it hold as many
   * dirty pages of this mount as of a disk: it distrusts FUSE servers and gives them a hundredth of
   * that, so that writers wait for us after a few megabytes. Costs speed alone where it fails, as
   * it does where /sys is read-only.
   */
  public static void tune(long connection) {
    try {
      set(connection, "read_ahead_kb", Integer.toString(READ_AHEAD_KIB));
      set(connection, "strict_limit", "0");
      set(connection, "max_ratio", "100");
    } catch (IOException e) {
      LOG.atInfo()
          .addKeyValue("connection", connection)
          .addKeyValue("reason", e.toString())
          .log("The mount's backing device could not be tuned");
    }
  }

  private static void set(long connection, String setting, String value) throws IOException {
    Files.writeString(BACKING_DEVICES.resolve("0:" + connection).resolve(setting), value);
  }
}
