package ctrenc.overlay.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A NUL-terminated copy of bytes, for calls that are made seldom. */
final class CString implements AutoCloseable {

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment bytes;

  CString(byte[] text) {
    bytes = arena.allocate(text.length + 1L);
    MemorySegment.copy(text, 0, bytes, ValueLayout.JAVA_BYTE, 0, text.length);
  }

  long address() {
    return bytes.address();
  }

  @Override
  public void close() {
    arena.close();
  }
}
