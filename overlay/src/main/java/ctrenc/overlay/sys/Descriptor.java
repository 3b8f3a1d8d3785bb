package ctrenc.overlay.sys;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * An open file descriptor, closed at most once. Thread-safe but for one thing no wrapper can give:
 * a caller must not close it while another thread is in a call on it, because the kernel may have
 * given the number to another file by then.
 */
public final class Descriptor implements AutoCloseable {

  /** AT_FDCWD: relative paths start at the working directory. Never closed. */
  public static final Descriptor WORKING_DIRECTORY = new Descriptor(-100);

  private static final int CLOSED = -1;
  private static final int F_DUPFD_CLOEXEC = 1030;

  private final AtomicInteger number;

  private Descriptor(int number) {
    this.number = new AtomicInteger(number);
  }

  /** Takes over a descriptor that this process was given, by inheritance or over a socket. */
  public static Descriptor adopt(int number) {
    if (number < 0) {
      throw new IllegalArgumentException("no descriptor: " + number);
    }
    return new Descriptor(number);
  }

  /**
   * The number the kernel knows it by.
   *
   * @throws IllegalStateException after {@link #close}
   */
  public int number() {
    int current = number.get();
    if (current == CLOSED) {
      throw new IllegalStateException("descriptor is closed");
    }
    return current;
  }

  /** A further descriptor of the same open file. */
  public Descriptor duplicate() throws SystemCallException {
    return new Descriptor((int) SystemCall.FCNTL.invoke(number(), F_DUPFD_CLOEXEC, 0));
  }

  public boolean isOpen() {
    return number.get() != CLOSED;
  }

  @Override
  public void close() throws SystemCallException {
    if (this == WORKING_DIRECTORY) {
      return;
    }
    int current = number.getAndSet(CLOSED);
    if (current != CLOSED) {
      SystemCall.CLOSE.invoke(current);
    }
  }

  @Override
  public String toString() {
    return "Descriptor[" + number.get() + "]";
  }
}
