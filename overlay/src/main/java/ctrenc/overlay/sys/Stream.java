package ctrenc.overlay.sys;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Plain read(2), write(2), splice(2) and ioctl(2) on devices, pipes and event counters, where one
 * call is one message. Results are the kernel's own: a count, or the errno negated, because callers
 * on the hot path handle errors without exceptions. Thread-safe.
 */
public final class Stream {

  private static final long SPLICE_NON_BLOCKING = 2;
  private static final int SET_PIPE_SIZE = 1031;

  private Stream() {}

  public static long read(Descriptor file, MemorySegment target) {
    return SystemCall.READ.attemptOn(file.number(), target, target.byteSize(), 0);
  }

  public static long write(Descriptor file, MemorySegment source) {
    return SystemCall.WRITE.attemptOn(file.number(), source, source.byteSize(), 0);
  }

  /**
   * splice(2): at most {@code length} bytes leave {@code pipe} and are in {@code file}, at {@code
   * offset}. A caller that is killed in it neither loses nor doubles a byte, as the pipe gives up
   * what the file has taken. Does not wait for bytes: -EAGAIN where there are none.
   */
  public static long move(Descriptor pipe, Descriptor file, long offset, long length) {
    MemorySegment place = Scratch.ofThread().struct();
    place.set(ValueLayout.JAVA_LONG, 0, offset);
    return SystemCall.SPLICE.attempt(
        pipe.number(), 0, file.number(), place.address(), length, SPLICE_NON_BLOCKING);
  }

  /** Lets a pipe hold more, where the kernel allows it (F_SETPIPE_SZ of fcntl(2)). */
  public static void widen(Descriptor pipe, int bytes) {
    SystemCall.FCNTL.attempt(pipe.number(), SET_PIPE_SIZE, bytes, 0, 0, 0);
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
