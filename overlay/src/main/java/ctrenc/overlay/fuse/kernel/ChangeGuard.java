package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses changes to one mount: from the start where it is mounted read-only, and for good after a
 * bug of ours showed itself there, so that one wrong step is not followed by others. Thread-safe.
 */
public final class ChangeGuard {

  private static final Logger LOG = LoggerFactory.getLogger(ChangeGuard.class);

  /** open(2): access mode, of which 0 is reading alone, and O_TRUNC. */
  private static final int CHANGING_OPEN = 3 | 01000;

  private final String label;
  private volatile boolean isReadOnly;
  private volatile boolean hasFailed;

  public ChangeGuard(String label, boolean readOnly) {
    this.label = label;
    isReadOnly = readOnly;
  }

  /** Before an operation that {@code changes} something, or does not. */
  public void check(boolean changes) throws ErrnoException {
    if (isReadOnly && changes) {
      throw new ErrnoException(Errno.EROFS);
    }
  }

  /** The same for an open with these flags. */
  public void checkOpen(int flags) throws ErrnoException {
    if (isReadOnly && (flags & CHANGING_OPEN) != 0) {
      throw new ErrnoException(Errno.EROFS);
    }
  }

  /**
   * Takes note of a bug; only a mount's first is logged, because the others are likely to follow
   * from it.
   */
  public synchronized void fail(String operation, long inode, Throwable bug) {
    isReadOnly = true;
    if (hasFailed) {
      return;
    }
    hasFailed = true;
    try {
      log(operation, inode, bug);
    } catch (OutOfMemoryError noRoomForWords) {
      // The mount is read-only already, and its caller must get its answer.
    }
  }

  private void log(String operation, long inode, Throwable bug) {
    LOG.atError()
        .addKeyValue("mount", label)
        .addKeyValue("operation", operation)
        .addKeyValue("inode", inode)
        .setCause(bug)
        .log("A request failed by a bug; the mount is read-only from now on");
  }

  boolean isReadOnly() {
    return isReadOnly;
  }
}
