package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;

/**
 * How one file of an image is open; {@link ImageFiles} has the rules. Every method is called with
 * this object's monitor held, which only callers of the same file wait for.
 */
final class FileOpens {

  private int passed;
  private int served;
  private int backing;
  private long fingerprint;
  private long size;

  /** References that the kernel has on the served node. */
  private long lookups;

  private boolean hasSwitched;
  private boolean isBarred;

  /** The kernel is answered ESTALE wherever the plain node is used for data. */
  void requireNotSwitched() throws ErrnoException {
    if (hasSwitched) {
      throw new ErrnoException(Errno.ESTALE);
    }
  }

  boolean hasSwitched() {
    return hasSwitched;
  }

  void switchOver() {
    hasSwitched = true;
  }

  boolean isPassed() {
    return passed > 0;
  }

  /** Somebody still reads the image's bytes though others may change them. */
  boolean showsOldBytes() {
    return hasSwitched && passed > 0;
  }

  boolean mayBeginToPass() {
    return served == 0 && !isBarred;
  }

  void beginToPass(int number, long hostFingerprint, long hostSize) {
    passed = 1;
    backing = number;
    fingerprint = hostFingerprint;
    size = hostSize;
  }

  /** Counts one more; returns the number to pass it by. */
  int passAgain() {
    passed++;
    return backing;
  }

  void serve() {
    served++;
  }

  void endServed() {
    served = Math.max(0, served - 1);
  }

  /** Returns true if it was the last one; {@link #backing} is not needed any more. */
  boolean endPassed() {
    passed--;
    if (passed > 0) {
      return false;
    }
    goBackIfUnused();
    return true;
  }

  /**
   * Both nodes are one again when nobody reads the image's bytes and the kernel does not know the
   * served node. Whoever made the file switch may just be on the way here, so that for now the
   * plain node is served.
   */
  private void goBackIfUnused() {
    if (hasSwitched && passed == 0 && lookups == 0) {
      hasSwitched = false;
      isBarred = true;
    }
  }

  int backing() {
    return backing;
  }

  long fingerprint() {
    return fingerprint;
  }

  /** Bytes of the image's file. */
  long size() {
    return size;
  }

  void addLookup() {
    lookups++;
  }

  void forgetServed(long count) {
    lookups = Math.max(0, lookups - count);
    goBackIfUnused();
  }

  void forgetPlain() {
    isBarred = false;
  }

  /** Nothing is to be remembered. */
  boolean isIdle() {
    return passed == 0 && served == 0 && !hasSwitched && !isBarred;
  }
}
