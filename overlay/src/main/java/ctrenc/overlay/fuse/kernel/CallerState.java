package ctrenc.overlay.fuse.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Looks at a calling thread from outside. */
final class CallerState {

  private static final long SIGKILL_BIT = 1L << 8;
  private static final int HEXADECIMAL = 16;

  private CallerState() {}

  /**
   * True if SIGKILL, or another signal that it does not survive, waits for thread {@code id}; false
   * if it is not to be found.
   */
  static boolean isDying(int id) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + id + "/status"))) {
        if (line.startsWith("SigPnd:") || line.startsWith("ShdPnd:")) {
          long waiting =
              Long.parseUnsignedLong(line.substring(line.indexOf(':') + 1).strip(), HEXADECIMAL);
          if ((waiting & SIGKILL_BIT) != 0) {
            return true;
          }
        }
      }
      return false;
    } catch (IOException gone) {
      return false;
    }
  }
}
