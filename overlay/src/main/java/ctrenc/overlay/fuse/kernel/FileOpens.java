package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.ring.PassedFiles;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import org.jspecify.annotations.Nullable;

/**
 * How one file of an image is open; {@link ImageFiles} has the rules. Every method is called with
 * this object's monitor held, which only callers of the same file wait for.
 *
 * <p>What the kernel was told is written down before the kernel is told, and what it gave back is
 * forgotten after: whoever goes on with the mount may take a file for open that is not, never the
 * other way round.
 */
final class FileOpens {

  private static final int SWITCHED = 1;
  private static final int BARRED = 2;

  private final @Nullable PassedFiles kept;
  private int slot = PassedFiles.NO_SLOT;
  private int passed;
  private int served;
  private int backing;
  private long fingerprint;
  private long size;

  /** References that the kernel has on the served node. */
  private long lookups;

  private boolean hasSwitched;
  private boolean isBarred;

  /** With {@code kept}, what is known outlives this process. */
  FileOpens(@Nullable PassedFiles kept) {
    this.kept = kept;
  }

  /** How a file was when an earlier process died; its opens are counted anew. */
  static FileOpens recovered(PassedFiles kept, PassedFiles.File file) {
    FileOpens opens = new FileOpens(kept);
    opens.slot = file.slot();
    opens.backing = file.backing();
    opens.fingerprint = file.fingerprint();
    opens.size = file.size();
    opens.lookups = file.references();
    opens.hasSwitched = (file.state() & SWITCHED) != 0;
    opens.isBarred = (file.state() & BARRED) != 0;
    return opens;
  }

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
    writeState();
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

  /** Returns false if there is no room to write it down. */
  boolean beginToPass(long inode, int number, long hostFingerprint, long hostSize) {
    if (kept != null) {
      drop();
      slot = kept.add(inode, number, hostFingerprint, hostSize);
      if (slot == PassedFiles.NO_SLOT) {
        return false;
      }
    }
    passed = 1;
    backing = number;
    fingerprint = hostFingerprint;
    size = hostSize;
    return true;
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

  /**
   * Returns true if it was the last one; the number that {@link #backing} has been is not needed
   * any more.
   */
  boolean endPassed() {
    passed--;
    if (passed > 0) {
      return false;
    }
    forgetBacking();
    goBackIfUnused();
    return true;
  }

  /** No passed open is left: a number that is not in use may be given to another file. */
  void forgetBacking() {
    if (kept != null) {
      kept.setBacking(slot, BackingTable.NONE);
    }
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
      writeState();
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
    writeLookups();
  }

  void forgetServed(long count) {
    lookups = Math.max(0, lookups - count);
    writeLookups();
    goBackIfUnused();
  }

  void forgetPlain() {
    if (isBarred) {
      isBarred = false;
      writeState();
    }
  }

  private void writeState() {
    if (kept != null) {
      kept.setState(slot, (hasSwitched ? SWITCHED : 0) | (isBarred ? BARRED : 0));
    }
  }

  private void writeLookups() {
    if (kept != null) {
      kept.setReferences(slot, lookups);
    }
  }

  /** Nothing is to be remembered. */
  boolean isIdle() {
    return passed == 0 && served == 0 && !hasSwitched && !isBarred;
  }

  /** Nothing is remembered any more. */
  void drop() {
    if (kept != null) {
      kept.remove(slot);
      slot = PassedFiles.NO_SLOT;
    }
  }
}
