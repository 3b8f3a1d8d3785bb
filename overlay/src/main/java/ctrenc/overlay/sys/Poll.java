package ctrenc.overlay.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;

/** Waits for a descriptor by ppoll(2). Thread-safe. */
public final class Poll {

  public static final short READABLE = 1;
  public static final short WRITABLE = 4;
  public static final short ERROR = 8;

  private static final long POLLFD_SIZE = 8;
  private static final long TIMESPEC_SIZE = 16;

  private Poll() {}

  /**
   * Waits until one of {@code events} or an error happens on {@code file}.
   *
   * @return the events that happened; 0 when {@code patience} ended first
   */
  public static int await(Descriptor file, short events, Duration patience)
      throws SystemCallException {
    long deadline = System.nanoTime() + patience.toNanos();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pollfd = arena.allocate(POLLFD_SIZE, Long.BYTES);
      MemorySegment timeout = arena.allocate(TIMESPEC_SIZE, Long.BYTES);
      pollfd.set(ValueLayout.JAVA_INT, 0, file.number());
      pollfd.set(ValueLayout.JAVA_SHORT, 4, events);
      while (true) {
        long left = Math.max(0, deadline - System.nanoTime());
        timeout.set(ValueLayout.JAVA_LONG, 0, left / 1_000_000_000);
        timeout.set(ValueLayout.JAVA_LONG, 8, left % 1_000_000_000);
        long ready = SystemCall.PPOLL.attempt(pollfd.address(), 1, timeout.address(), 0, 0, 0);
        if (ready >= 0) {
          return ready == 0 ? 0 : pollfd.get(ValueLayout.JAVA_SHORT, 6) & 0xffff;
        }
        if (ready != -ErrorNumber.EINTR) {
          throw new SystemCallException("ppoll", (int) -ready);
        }
      }
    }
  }
}
