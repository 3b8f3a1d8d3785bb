package ctrenc.overlay.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * epoll(7): watches many descriptors. Descriptors may be added and removed by any thread; one
 * thread at a time waits.
 */
public final class Epoll implements AutoCloseable {

  /** What {@link #await} returns when nothing happened. */
  public static final long NOTHING = -1;

  /**
   * EPOLLEXCLUSIVE: where several wait for one descriptor, an event wakes the first of them, in the
   * order in which they were added, that is waiting.
   */
  public static final int EXCLUSIVE = 1 << 28;

  private static final int EPOLL_CLOEXEC = 02000000;
  private static final int ERROR = 8;
  private static final int HANG_UP = 16;
  private static final int ADD = 1;
  private static final int DELETE = 2;

  /** struct epoll_event is packed on x86-64 alone. */
  private static final boolean PACKED = !"aarch64".equals(System.getProperty("os.arch"));

  private static final long DATA = PACKED ? 4 : 8;
  private static final long EVENT_SIZE = DATA + Long.BYTES;

  private final Descriptor descriptor;
  private final Arena arena = Arena.ofAuto();
  private final MemorySegment happened = arena.allocate(EVENT_SIZE, Long.BYTES);

  public Epoll() throws SystemCallException {
    descriptor = Descriptor.adopt((int) SystemCall.EPOLL_CREATE1.invoke(EPOLL_CLOEXEC));
  }

  /**
   * Watches {@code file} for as long as it has something to read, and for its end.
   *
   * @param how 0 or {@link #EXCLUSIVE}
   * @param data what {@link #await} returns, not negative
   */
  public void add(Descriptor file, int how, long data) throws SystemCallException {
    try (Arena local = Arena.ofConfined()) {
      MemorySegment event = local.allocate(EVENT_SIZE, Long.BYTES);
      event.set(ValueLayout.JAVA_INT, 0, Poll.READABLE | how);
      event.set(ValueLayout.JAVA_LONG_UNALIGNED, DATA, data);
      SystemCall.EPOLL_CTL.invoke(descriptor.number(), ADD, file.number(), event.address());
    }
  }

  public void remove(Descriptor file) throws SystemCallException {
    SystemCall.EPOLL_CTL.invoke(descriptor.number(), DELETE, file.number(), 0);
  }

  /**
   * Waits without end until something happens on a descriptor, and returns what it was added with;
   * {@link #NOTHING} after a signal. Of several, each gets its turn.
   */
  public long await() throws SystemCallException {
    return await(-1);
  }

  /** The same, but {@link #NOTHING} also when so many milliseconds are over. */
  public long await(int millis) throws SystemCallException {
    long count =
        SystemCall.EPOLL_PWAIT.attempt(descriptor.number(), happened.address(), 1, millis, 0, 0);
    if (count == 1) {
      return happened.get(ValueLayout.JAVA_LONG_UNALIGNED, DATA);
    }
    if (count < 0 && count != -ErrorNumber.EINTR) {
      throw new SystemCallException("epoll_pwait", (int) -count);
    }
    return NOTHING;
  }

  /** The last event told that its descriptor has come to an end or failed. */
  public boolean wasEnd() {
    return (happened.get(ValueLayout.JAVA_INT, 0) & (ERROR | HANG_UP)) != 0;
  }

  @Override
  public void close() throws SystemCallException {
    descriptor.close();
  }
}
