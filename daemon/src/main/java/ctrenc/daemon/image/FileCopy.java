package ctrenc.daemon.image;

import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.ErrorNumber;
import ctrenc.overlay.sys.FileData;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.FileStatus;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.sys.Stream;
import ctrenc.overlay.sys.SystemCallException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Copies one regular file: shares its blocks where the filesystem can, and copies the ranges that
 * hold data where it cannot. Not thread-safe.
 */
final class FileCopy implements AutoCloseable {

  /** FICLONE of linux/fs.h. */
  private static final long CLONE = 0x40049409L;

  private static final int BUFFER = 1 << 20;

  private final DiskBudget budget;
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment buffer = arena.allocate(BUFFER);
  private boolean isRangeCopied = true;

  FileCopy(DiskBudget budget) {
    this.budget = budget;
  }

  void copy(Descriptor from, Descriptor to, byte[] name, FileStatus status) throws IOException {
    int create = OpenFlag.READ_WRITE | OpenFlag.CREATE | OpenFlag.EXCLUSIVE | OpenFlag.NO_FOLLOW;
    int read = OpenFlag.READ_ONLY | OpenFlag.NO_FOLLOW | OpenFlag.NON_BLOCKING;
    try (Descriptor original = FileOpener.open(from, name, read, 0);
        Descriptor copy = FileOpener.open(to, name, create, 0600)) {
      boolean isCloned = Stream.control(copy, CLONE, original.number()) == 0;
      if (!isCloned) {
        data(original, copy, status.size());
        FileData.truncate(copy, status.size());
      }
      CopiedMetadata.apply(original, copy, status);
    }
  }

  private void data(Descriptor original, Descriptor copy, long size) throws IOException {
    long at = 0;
    while (at < size) {
      long start;
      try {
        start = FileData.seekData(original, at);
      } catch (SystemCallException e) {
        if (e.is(ErrorNumber.ENXIO)) {
          return;
        }
        throw e;
      }
      long end = FileData.seekHole(original, start);
      range(original, copy, start, end);
      at = end;
    }
  }

  private void range(Descriptor original, Descriptor copy, long start, long end)
      throws IOException {
    long at = start;
    while (at < end) {
      long part = Math.min(end - at, BUFFER);
      budget.spend(part);
      long copied = isRangeCopied ? inKernel(original, copy, at, part) : 0;
      if (copied == 0) {
        copied = FileData.read(original, at, buffer.asSlice(0, part));
        FileData.write(copy, at, buffer.asSlice(0, copied));
      }
      if (copied == 0) {
        return; // The file became shorter while it was read.
      }
      at += copied;
    }
  }

  private long inKernel(Descriptor original, Descriptor copy, long at, long length)
      throws IOException {
    try {
      return FileData.copy(original, at, copy, at, length);
    } catch (SystemCallException e) {
      boolean isImpossible =
          e.is(ErrorNumber.EXDEV)
              || e.is(ErrorNumber.EINVAL)
              || e.is(ErrorNumber.ENOSYS)
              || e.is(ErrorNumber.EOPNOTSUPP);
      if (!isImpossible) {
        throw e;
      }
      isRangeCopied = false;
      return 0;
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
