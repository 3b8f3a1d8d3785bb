package ctrenc.overlay.nest;

import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystemUsage;
import java.time.Duration;

/**
 * Holds a subvolume, and all that is nested in it, to its limits. What is used is reckoned: as it
 * was measured, and what was written and made since, which may have replaced something. Where the
 * reckoning passes a limit it is measured anew, so that nothing is refused for which there is room.
 * Thread-safe.
 */
final class Budget {

  /** Measures what is used now, with what waits to be stored. */
  interface Measure {
    Usage now() throws ErrnoException;
  }

  /** Where nothing was charged or removed since, the last measure stands for so long. */
  private static final long STANDS = Duration.ofSeconds(1).toNanos();

  private static final int BLOCK = 4096;

  private final Measure measure;
  private volatile Limits limits = Limits.NONE;
  private Usage used = Usage.NOTHING;
  private boolean isMeasured;
  private boolean hasChanged;
  private long measuredAt;

  Budget(Measure measure) {
    this.measure = measure;
  }

  synchronized void limit(Limits now) {
    limits = now;
    isMeasured = false;
  }

  boolean isLimited() {
    return !limits.isNone();
  }

  /** EDQUOT if there is no room for so much more. */
  void charge(long bytes, long inodes) throws ErrnoException {
    if (isLimited() && !hasRoom(bytes, inodes) && (!remeasure() || !hasRoom(bytes, inodes))) {
      throw new ErrnoException(Errno.EDQUOT);
    }
  }

  /** Something was removed or replaced, so that a measure may find less. */
  synchronized void shrink() {
    hasChanged = true;
  }

  private synchronized boolean hasRoom(long bytes, long inodes) {
    if (!isMeasured) {
      return false;
    }
    Usage then = used.plus(new Usage(bytes + inodes * Usage.RECORD, inodes));
    boolean allowed = limits.allows(then.bytes(), then.inodes());
    if (allowed) {
      used = then;
      hasChanged = true;
    }
    return allowed;
  }

  /** False if the last measure stands. */
  private boolean remeasure() throws ErrnoException {
    synchronized (this) {
      if (isMeasured && !hasChanged && System.nanoTime() - measuredAt < STANDS) {
        return false;
      }
      hasChanged = false;
    }
    Usage now = measure.now();
    synchronized (this) {
      used = now;
      isMeasured = true;
      measuredAt = System.nanoTime();
    }
    return true;
  }

  /** What statfs(2) says, given what it would say without limits. */
  FileSystemUsage narrow(FileSystemUsage disk) throws ErrnoException {
    if (!isLimited()) {
      return disk;
    }
    remeasure();
    Limits most = limits;
    Usage now;
    synchronized (this) {
      now = used;
    }
    boolean bounded = most.bytes() > 0;
    long scale = disk.blockSize();
    long blocks = bounded ? Math.max(BLOCK, most.bytes()) / scale : disk.blocks();
    long left = bounded ? Math.max(0, most.bytes() - now.bytes()) / scale : Long.MAX_VALUE;
    long files = most.inodes() > 0 ? most.inodes() : disk.files();
    long free = most.inodes() > 0 ? Math.max(0, files - now.inodes()) : Long.MAX_VALUE;
    return new FileSystemUsage(
        disk.blockSize(),
        Math.min(blocks, disk.blocks()),
        Math.min(left, disk.freeBlocks()),
        Math.min(left, disk.availableBlocks()),
        files,
        Math.min(free, disk.freeFiles()),
        disk.nameLength());
  }
}
