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
}
