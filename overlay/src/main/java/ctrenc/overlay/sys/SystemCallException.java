package ctrenc.overlay.sys;

import java.io.IOException;

/** A system call failed; carries the call's name and errno. */
public final class SystemCallException extends IOException {

  private static final long serialVersionUID = 1L;

  private final String call;
  private final int errno;

  SystemCallException(String call, int errno) {
    super(call + ": " + Native.describe(errno));
    this.call = call;
    this.errno = errno;
  }

  /** The call as its manual page names it, for example {@code openat}. */
  public String call() {
    return call;
  }

  /** One of {@link ErrorNumber}, or another of the kernel's numbers. */
  public int errno() {
    return errno;
  }

  public boolean is(int errorNumber) {
    return errno == errorNumber;
  }
}
