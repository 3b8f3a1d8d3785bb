package ctrenc.overlay.sys;

/**
 * Locks of open files, by flock(2): they belong to the open, not to the process as those of
 * fcntl(2), so closing another descriptor of the same file does not drop them. Thread-safe.
 */
public final class FileLocks {

  private static final int EXCLUSIVE = 2;
  private static final int NON_BLOCKING = 4;

  private FileLocks() {}

  /** Takes the lock until the descriptor is closed; false if another open holds it. */
  public static boolean tryLock(Descriptor file) throws SystemCallException {
    long result = SystemCall.FLOCK.attempt(file.number(), EXCLUSIVE | NON_BLOCKING, 0, 0, 0, 0);
    if (result == -ErrorNumber.EAGAIN) {
      return false;
    }
    Stream.check("flock", result);
    return true;
  }
}
