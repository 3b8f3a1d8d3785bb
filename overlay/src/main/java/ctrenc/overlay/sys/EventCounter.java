package ctrenc.overlay.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** eventfd(2): wakes a thread that polls. Thread-safe. */
public final class EventCounter implements AutoCloseable {

  private static final int EFD_CLOEXEC = 02000000;
  private static final int EFD_NONBLOCK = 04000;

  private final Descriptor descriptor;

  public EventCounter() throws SystemCallException {
    descriptor = Descriptor.adopt((int) SystemCall.EVENTFD2.invoke(0, EFD_CLOEXEC | EFD_NONBLOCK));
  }

  /** For {@link Poll}: readable when signalled. */
  public Descriptor descriptor() {
    return descriptor;
  }

  public void signal() throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_LONG, 1);
      Stream.check("write", Stream.write(descriptor, one));
    }
  }

  /** Takes the signals back, so that it is readable only after a further one. */
  public void clear() {
    try (Arena arena = Arena.ofConfined()) {
      Stream.read(descriptor, arena.allocate(ValueLayout.JAVA_LONG));
    }
  }

  @Override
  public void close() throws SystemCallException {
    descriptor.close();
  }
}
