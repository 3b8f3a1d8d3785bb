package ctrenc.overlay.vfs;

/**
 * A call failed as the POSIX page of the call says it may. It carries no stack trace: failing to
 * find a name is daily business on the hottest path. A failure with a deeper reason (damage, a bug)
 * is logged where it is found, before it becomes an errno.
 */
public final class ErrnoException extends Exception {

  private static final long serialVersionUID = 1L;

  private final Errno errno;

  public ErrnoException(Errno errno) {
    super(errno.name(), null, false, false);
    this.errno = errno;
  }

  public Errno errno() {
    return errno;
  }
}
