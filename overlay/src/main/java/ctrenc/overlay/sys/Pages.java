package ctrenc.overlay.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Zeroed memory on whole pages, of which the machine gives only those that are touched (mmap(2)).
 * Thread-safe.
 */
public final class Pages {

  /**
   * The smallest page size of the machines we run on; memory from here begins at such a boundary at
   * least.
   */
  public static final int SIZE = 4096;

  private static final int PROT_READ_WRITE = 3;
  private static final int MADV_DONTNEED = 4;
  private static final int MAP_SHARED = 1;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;

  private Pages() {}

  /** Memory that goes back when the arena is closed. */
  public static MemorySegment allocate(long size, Arena arena) throws SystemCallException {
    return Native.at(map(size), size, arena, memory -> unmap(memory.address(), size));
  }

  /**
   * The first {@code size} bytes of a file, which all who map it share; the mapping, not the file,
   * goes when the arena is closed.
   */
  public static MemorySegment share(Descriptor file, long size, Arena arena)
      throws SystemCallException {
    return share(file, 0, size, arena);
  }

  /** The same for bytes from an offset. */
  static MemorySegment share(Descriptor file, long offset, long size, Arena arena)
      throws SystemCallException {
    long address =
        SystemCall.MMAP.invoke(0, size, PROT_READ_WRITE, MAP_SHARED, file.number(), offset);
    return Native.at(address, size, arena, memory -> unmap(memory.address(), size));
  }

  /** Gives the contents of memory from {@link #allocate} back: it reads as zeros from now on. */
  public static void forget(MemorySegment memory) throws SystemCallException {
    SystemCall.MADVISE.invoke(memory.address(), memory.byteSize(), MADV_DONTNEED);
  }

  static long map(long size) throws SystemCallException {
    if (size <= 0) {
      throw new IllegalArgumentException("no size: " + size);
    }
    return SystemCall.MMAP.invoke(0, size, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
  }

  static void unmap(long address, long size) {
    try {
      SystemCall.MUNMAP.invoke(address, size);
    } catch (SystemCallException e) {
      throw new IllegalStateException("memory of our own making could not be given back", e);
    }
  }
}
