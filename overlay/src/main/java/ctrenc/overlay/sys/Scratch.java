package ctrenc.overlay.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * Native memory each thread reuses for the arguments of its calls: where errno is captured, two
 * paths, and one small structure. It lives as long as the thread, so its addresses may be passed as
 * integers.
 */
final class Scratch {

  /** PATH_MAX of linux/limits.h, the NUL included. */
  static final int PATH_MAX = 4096;

  private static final int STRUCT_SIZE = 512;
  private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

  private final MemorySegment callState;
  private final MemorySegment first;
  private final MemorySegment second;
  private final MemorySegment struct;

  private Scratch() {
    Arena arena = Arena.ofAuto();
    callState = arena.allocate(Linker.Option.captureStateLayout());
    first = arena.allocate(PATH_MAX);
    second = arena.allocate(PATH_MAX);
    struct = arena.allocate(STRUCT_SIZE, Long.BYTES);
  }

  static Scratch ofThread() {
    return OF_THREAD.get();
  }

  MemorySegment callState() {
    return callState;
  }

  /** A structure's memory, not cleared, 512 bytes. */
  MemorySegment struct() {
    return struct;
  }

  /** The address of {@code path} as a C string in the first path buffer. */
  long path(String call, byte[] path) throws SystemCallException {
    return terminate(call, path, first);
  }

  /** The address of {@code path} as a C string in the second path buffer. */
  long secondPath(String call, byte[] path) throws SystemCallException {
    return terminate(call, path, second);
  }

  /** The second path buffer itself, for a path that the kernel gives. */
  MemorySegment secondPath() {
    return second;
  }

  /**
   * The address of the path under /proc that leads to what {@code file} refers to, be it a symbolic
   * link.
   */
  long procPath(String call, Descriptor file) throws SystemCallException {
    return path(call, ("/proc/self/fd/" + file.number()).getBytes(StandardCharsets.US_ASCII));
  }

  private static long terminate(String call, byte[] path, MemorySegment target)
      throws SystemCallException {
    if (path.length >= PATH_MAX) {
      throw new SystemCallException(call, ErrorNumber.ENAMETOOLONG);
    }
    for (byte b : path) {
      if (b == 0) {
        throw new SystemCallException(call, ErrorNumber.EINVAL);
      }
    }
    MemorySegment.copy(path, 0, target, ValueLayout.JAVA_BYTE, 0, path.length);
    target.set(ValueLayout.JAVA_BYTE, path.length, (byte) 0);
    return target.address();
  }
}
