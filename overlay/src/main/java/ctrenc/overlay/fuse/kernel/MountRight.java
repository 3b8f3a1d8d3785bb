package ctrenc.overlay.fuse.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether this process may mount: CAP_SYS_ADMIN, by proc_pid_status(5). */
final class MountRight {

  private static final String EFFECTIVE = "CapEff:";
  private static final int SYS_ADMIN = 21;

  private MountRight() {}

  static boolean isHeld() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith(EFFECTIVE)) {
        return (Long.parseUnsignedLong(line.substring(EFFECTIVE.length()).strip(), 16)
                & 1L << SYS_ADMIN)
            != 0;
      }
    }
    return false;
  }
}
