package ctrenc.daemon.container;

import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.ErrorNumber;
import ctrenc.overlay.sys.Poll;
import ctrenc.overlay.sys.ProcessHandles;
import ctrenc.overlay.sys.SystemCallException;
import java.time.Duration;

/** Waits for the end of a process that is not a child of this one. */
final class ProcessEnd {

  private static final Duration STEP = Duration.ofHours(1);

  private ProcessEnd() {}

  static void await(long process) throws SystemCallException {
    try (Descriptor handle = ProcessHandles.open((int) process)) {
      while (Poll.await(handle, Poll.READABLE, STEP) == 0) {
        // Containers may run for long.
      }
    } catch (SystemCallException e) {
      if (!e.is(ErrorNumber.ESRCH)) {
        throw e;
      }
    }
  }
}
