package ctrenc.overlay.fuse.kernel;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Views of one memory that begin at the same offset and are whole pages long: they are made once,
 * because nearly every read and write asks for one of them. Used by one thread at a time.
 */
final class SliceCache {

  private static final int PAGE = 4096;
  private static final int PAGES = 256;

  private final MemorySegment memory;
  private final @Nullable MemorySegment[] byPages = new MemorySegment[PAGES + 1];
  private long start = -1;

  SliceCache(MemorySegment memory) {
    this.memory = memory;
  }

  MemorySegment slice(long from, long length) {
    if (length % PAGE != 0 || length > (long) PAGES * PAGE || (start != from && start != -1)) {
      return memory.asSlice(from, length);
    }
    start = from;
    int pages = (int) (length / PAGE);
    MemorySegment known = byPages[pages];
    if (known == null) {
      known = memory.asSlice(from, length);
      byPages[pages] = known;
    }
    return known;
  }
}
