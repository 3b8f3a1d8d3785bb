package ctrenc.overlay.fuse.jnr;

import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import jnr.ffi.Pointer;
import org.jspecify.annotations.Nullable;
import ru.serce.jnrfuse.struct.FuseFileInfo;

/**
 * What {@code fh} of a {@code struct fuse_file_info} stands for: an inode, and the filesystem's
 * handle of it. Thread-safe.
 */
final class OpenHandles {

  /** {@code handle} has no meaning for a directory, which is not opened. */
  record Opened(long inode, long handle) {}

  private final Map<Long, Opened> opened = new ConcurrentHashMap<>();
  private final AtomicLong last = new AtomicLong();

  void add(Pointer file, long inode, long handle) {
    long number = last.incrementAndGet();
    opened.put(number, new Opened(inode, handle));
    FuseFileInfo.of(file).fh.set(number);
  }

  Opened of(Pointer file) throws ErrnoException {
    return known(opened.get(number(file)));
  }

  Opened remove(Pointer file) throws ErrnoException {
    return known(opened.remove(number(file)));
  }

  boolean isOpen(long inode) {
    return opened.values().stream().anyMatch(one -> one.inode() == inode);
  }

  private static Opened known(@Nullable Opened found) throws ErrnoException {
    if (found == null) {
      throw new ErrnoException(Errno.EBADF);
    }
    return found;
  }

  private static long number(Pointer file) {
    return FuseFileInfo.of(file).fh.longValue();
  }
}
