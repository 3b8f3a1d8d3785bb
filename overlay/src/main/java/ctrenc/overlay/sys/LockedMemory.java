package ctrenc.overlay.sys;

import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Pages for secrets: never swapped out (mlock(2)), never in a core dump, and not copied into child
 * processes (madvise(2)). They count against RLIMIT_MEMLOCK and are never given back, so they are
 * for keys that share them, not for data. Thread-safe.
 */
public final class LockedMemory {

  private static final int MADV_DONTFORK = 10;
  private static final int MADV_DONTDUMP = 16;

  private LockedMemory() {}

  /**
   * Zeroed memory that begins with a page and lives as long as the process.
   *
   * @throws UncheckedIOException of a {@link SystemCallException}, with ENOMEM or EAGAIN when the
   *     limit on locked memory is reached
   */
  public static MemorySegment allocate(long size) {
    try {
      long address = Pages.map(size);
      try {
        SystemCall.MLOCK.invoke(address, size);
        SystemCall.MADVISE.invoke(address, size, MADV_DONTDUMP);
        SystemCall.MADVISE.invoke(address, size, MADV_DONTFORK);
      } catch (SystemCallException e) {
        Pages.unmap(address, size);
        throw e;
      }
      return Native.at(address, size, Arena.global(), null);
    } catch (SystemCallException e) {
      throw new UncheckedIOException("memory for secrets could not be locked", e);
    }
  }
}
