package ctrenc.overlay.fuse.uring;

import ctrenc.overlay.sys.IoUring;
import ctrenc.overlay.sys.SystemCallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** What the host says of FUSE over io_uring. */
final class RingSupport {

  private static final Path SWITCH = Path.of("/sys/module/fuse/parameters/enable_uring");

  private RingSupport() {}

  /**
   * @throws IOException with one sentence that says what to do, where requests cannot come by
   *     io_uring
   */
  static void require() throws IOException {
    requireSwitch(SWITCH);
    try {
      new IoUring(1, 1).close();
    } catch (SystemCallException e) {
      throw new IOException(
          "io_uring cannot be used here (%s): allow it by sysctl kernel.io_uring_disabled=0, or use the transport kernel."
              .formatted(e.getMessage()),
          e);
    }
  }

  static void requireSwitch(Path parameter) throws IOException {
    try {
      if (!Files.readString(parameter).strip().equals("Y")) {
        throw new IOException(
            "The kernel's FUSE over io_uring is switched off: write Y to %s, or use the transport kernel."
                .formatted(parameter));
      }
    } catch (NoSuchFileException e) {
      throw new IOException(
          "This kernel has no FUSE over io_uring, which needs Linux 6.14 or later: use the transport kernel.",
          e);
    }
  }
}
