package ctrenc.overlay.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Memory for secrets: pages of its own that are never swapped out (mlock(2)), never in a core dump,
 * and not copied into children (madvise(2)). Each piece takes at least one page of RLIMIT_MEMLOCK,
 * so it is for keys, not for data. Thread-safe.
 */
public final class LockedMemory {

  private static final long PAGE = 4096;
  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
  private static final int MADV_DONTFORK = 10;
  private static final int MADV_DONTDUMP = 16;

  /**
   * Zeroed memory that outlives every arena, until it is released.
   *
   * @throws SystemCallException with ENOMEM or EAGAIN when the limit on locked memory is reached
   */
  public MemorySegment allocate(long size) throws SystemCallException {
    long pages = roundUp(size);
    long address = SystemCall.MMAP.invoke(0, pages, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
    try {
      SystemCall.MLOCK.invoke(address, pages);
      SystemCall.MADVISE.invoke(address, pages, MADV_DONTDUMP);
      SystemCall.MADVISE.invoke(address, pages, MADV_DONTFORK);
    } catch (SystemCallException e) {
      SystemCall.MUNMAP.invoke(address, pages);
      throw e;
    }
    return Native.at(address, size, Arena.global());
  }

  /**
   * Wipes and gives back what {@link #allocate} returned; the segment must not be touched again.
   */
  public void release(MemorySegment memory) throws SystemCallException {
    memory.fill((byte) 0);
    SystemCall.MUNMAP.invoke(memory.address(), roundUp(memory.byteSize()));
  }

  private static long roundUp(long size) {
    if (size <= 0) {
      throw new IllegalArgumentException("no size: " + size);
    }
    return (size + PAGE - 1) / PAGE * PAGE;
  }
}
