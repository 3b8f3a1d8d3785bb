package ctrenc.overlay.sys;

/** Settings of this process, and descriptors of others. Thread-safe. */
public final class ProcessHandles {

  private static final int PR_SET_DUMPABLE = 4;

  private ProcessHandles() {}

  /**
   * Forbids core dumps of this process and looks into its memory by others of the same user
   * (prctl(2)).
   */
  public static void forbidDumps() throws SystemCallException {
    SystemCall.PRCTL.invoke(PR_SET_DUMPABLE, 0, 0, 0, 0);
  }

  /** pidfd_open(2): a descriptor that is readable when the process has ended. */
  public static Descriptor open(int pid) throws SystemCallException {
    return Descriptor.adopt((int) SystemCall.PIDFD_OPEN.invoke(pid, 0));
  }

  /**
   * pidfd_getfd(2): a further descriptor of a file that another process has open, position and
   * flags in common.
   *
   * @param process as {@link #open} gave it
   * @param number what the file is called there
   */
  public static Descriptor take(Descriptor process, int number) throws SystemCallException {
    return Descriptor.adopt((int) SystemCall.PIDFD_GETFD.invoke(process.number(), number, 0));
  }
}
