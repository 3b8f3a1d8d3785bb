package ctrenc.overlay.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The two doors to native code: syscall(2), through which every other class of this package goes,
 * and strerror(3).
 *
 * <p>syscall(2) is declared twice: with integers alone, and with the second argument as a memory
 * segment, so that the caller's buffer cannot be freed while the kernel writes to it. None of the
 * calls is critical: they may block, and a thread that blocks in a critical call stops the whole
 * VM.
 */
final class Native {

  private static final Linker LINKER = Linker.nativeLinker();
  private static final MethodHandle SYSCALL = syscall(ValueLayout.JAVA_LONG);
  private static final MethodHandle SYSCALL_ON_MEMORY = syscall(ValueLayout.ADDRESS);
  private static final MethodHandle STRERROR =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("strerror"),
          FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
  private static final long MAX_MESSAGE = 256;

  private Native() {}

  private static MethodHandle syscall(MemoryLayout second) {
    var integer = ValueLayout.JAVA_LONG;
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow("syscall"),
        FunctionDescriptor.of(
            integer, integer, integer, second, integer, integer, integer, integer),
        Linker.Option.firstVariadicArg(1),
        Linker.Option.captureCallState("errno"));
  }

  /** The call's result, or its errno negated, as the kernel itself returns it. */
  static long call(int number, long a, long b, long c, long d, long e, long f) {
    MemorySegment state = Scratch.ofThread().callState();
    try {
      long result = (long) SYSCALL.invokeExact(state, (long) number, a, b, c, d, e, f);
      return result == -1 ? -state.get(ValueLayout.JAVA_INT, 0) : result;
    } catch (Throwable unexpected) {
      throw new IllegalStateException("syscall could not be called", unexpected);
    }
  }

  /** The same with a native buffer as second argument. */
  static long call(int number, long a, MemorySegment b, long c, long d, long e, long f) {
    MemorySegment state = Scratch.ofThread().callState();
    long result;
    try {
      result = (long) SYSCALL_ON_MEMORY.invokeExact(state, (long) number, a, b, c, d, e, f);
    } catch (RuntimeException misuse) {
      throw misuse;
    } catch (Throwable unexpected) {
      throw new IllegalStateException("syscall could not be called", unexpected);
    }
    return result == -1 ? -state.get(ValueLayout.JAVA_INT, 0) : result;
  }

  /** What strerror(3) says of an error. */
  static String describe(int errno) {
    try {
      MemorySegment text = (MemorySegment) STRERROR.invokeExact(errno);
      return text.reinterpret(MAX_MESSAGE).getString(0);
    } catch (Throwable unexpected) {
      throw new IllegalStateException("strerror could not be called", unexpected);
    }
  }

  /**
   * Memory of the kernel's making, as a segment of the arena's lifetime; {@code cleanup} runs when
   * that ends.
   */
  static MemorySegment at(
      long address, long size, Arena arena, @Nullable Consumer<MemorySegment> cleanup) {
    return MemorySegment.ofAddress(address).reinterpret(size, arena, cleanup);
  }
}
