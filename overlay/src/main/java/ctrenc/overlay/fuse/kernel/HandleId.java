package ctrenc.overlay.fuse.kernel;

/**
 * The kernel's number of a handle: the filesystem's number, and one bit more for handles that were
 * passed ({@link ImageFiles}), so that their release tells it even to a server that did not open
 * them.
 */
final class HandleId {

  private static final long PASSED = 1L << 62;

  private HandleId() {}

  static long handleOf(long number) {
    return number & ~PASSED;
  }

  static boolean isPassed(long number) {
    return (number & PASSED) != 0;
  }

  static long passed(long handle) {
    return handle | PASSED;
  }
}
