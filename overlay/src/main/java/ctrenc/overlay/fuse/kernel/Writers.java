package ctrenc.overlay.fuse.kernel;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Counts the handles of each inode that may write. While there is one, the kernel may hold bytes
 * that it has not sent yet; with the last one's release it has sent them all. Thread-safe.
 */
final class Writers {

  /** O_ACCMODE of open(2), of which 0 is reading alone. */
  private static final int ACCESS_MODE = 3;

  private final ConcurrentMap<Long, Integer> handles = new ConcurrentHashMap<>();
  private volatile boolean hasForgotten;

  /** A handle with these flags of open(2) was made. */
  void opened(long inode, int flags) {
    if ((flags & ACCESS_MODE) != 0) {
      handles.merge(inode, 1, Integer::sum);
    }
  }

  /** A handle that was opened with these flags is gone. */
  void released(long inode, int flags) {
    if ((flags & ACCESS_MODE) != 0) {
      handles.computeIfPresent(inode, (key, count) -> count == 1 ? null : count - 1);
    }
  }

  /** There may be handles that were never told of here, so every inode may have one. */
  void forget() {
    hasForgotten = true;
  }

  boolean has(long inode) {
    return hasForgotten || (!handles.isEmpty() && handles.containsKey(inode));
  }
}
