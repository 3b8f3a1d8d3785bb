package ctrenc.overlay.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** The memory that the C library manages for native code. Thread-safe. */
public final class NativeHeap {

  private NativeHeap() {}

  /**
   * Gives what is free back to the system (malloc_trim(3)), where the C library can; it does so by
   * itself only at the end of its heap. Takes some milliseconds.
   */
  public static void trim() {
    Linker linker = Linker.nativeLinker();
    Optional<MemorySegment> function = linker.defaultLookup().find("malloc_trim");
    if (function.isEmpty()) {
      return;
    }
    try {
      int _ =
          (int)
              linker
                  .downcallHandle(function.get(), FunctionDescriptor.of(JAVA_INT, JAVA_LONG))
                  .invokeExact(0L);
    } catch (Throwable e) {
      throw new IllegalStateException("malloc_trim could not be called", e);
    }
  }
}
