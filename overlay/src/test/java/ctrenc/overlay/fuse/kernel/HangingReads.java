package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.MemoryFileSystem;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CountDownLatch;

/** A filesystem on a disk that reads when it is let. */
final class HangingReads extends MemoryFileSystem {

  private final CountDownLatch disk;

  HangingReads(CountDownLatch disk) {
    this.disk = disk;
  }

  @Override
  public int read(long inode, long handle, long offset, MemorySegment target)
      throws ErrnoException {
    try {
      disk.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return super.read(inode, handle, offset, target);
  }
}
