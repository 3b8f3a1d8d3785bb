package ctrenc.overlay.sys;

import java.lang.foreign.MemorySegment;

/**
 * Plain read(2), write(2) and ioctl(2) on devices, pipes and event counters, where one call is one
 * message. Results are the kernel's own: a count, or the errno negated, because callers on the hot
 * path handle errors without exceptions. Thread-safe.
 */
public final class Stream {

  private Stream() {}

  public static long read(Descriptor file, MemorySegment target) {
    return SystemCall.READ.attemptOn(file.number(), target, target.byteSize(), 0);
  }

  public static long write(Descriptor file, MemorySegment source) {
    return SystemCall.WRITE.attemptOn(file.number(), source, source.byteSize(), 0);
  }

  /** ioctl(2) with an integer or an address as argument. */
  public static long control(Descriptor file, long request, long argument) {
    return SystemCall.IOCTL.attempt(file.number(), request, argument, 0, 0, 0);
  }

  /** Throws what a result of this class says, if it is an error. */
  public static long check(String call, long result) throws SystemCallException {
    if (result < 0) {
      throw new SystemCallException(call, (int) -result);
    }
    return result;
  }
}
