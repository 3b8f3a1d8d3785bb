package ctrenc.overlay.sys;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A thread as the kernel's scheduler sees it, which the VM does not tell. Thread-safe. */
public final class RunningThread {

  private final Path status;

  private RunningThread(long id) {
    status = Path.of("/proc/self/task/" + id + "/stat");
  }

  /** The thread that calls this. */
  public static RunningThread current() throws SystemCallException {
    return new RunningThread(SystemCall.GETTID.invoke(0));
  }

  /**
   * True if it waits for something other than a processor: a disk, a lock, another process. False
   * while it computes or is about to, and after its end.
   */
  public boolean isWaiting() {
    try {
      String fields = Files.readString(status, StandardCharsets.ISO_8859_1);
      // The state follows the thread's name, which is in brackets and may itself hold some:
      // proc(5).
      return fields.charAt(fields.lastIndexOf(')') + 2) != 'R';
    } catch (IOException ended) {
      return false;
    }
  }
}
