package ctrenc.crypto.secret;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;

/**
 * Slots of 64, 128 ... {@link SecretMemory#MAX_SIZE} bytes, each cut from a page of its size and
 * reused after release.
 */
final class SlabSecretMemory implements SecretMemory {

  private static final int SMALLEST_SLOT = 64;

  private final LongFunction<MemorySegment> pages;
  private final List<ArrayDeque<MemorySegment>> free = new ArrayList<>();

  SlabSecretMemory(LongFunction<MemorySegment> pages) {
    this.pages = pages;
    for (int slot = SMALLEST_SLOT; slot <= MAX_SIZE; slot <<= 1) {
      free.add(new ArrayDeque<>());
    }
  }

  @Override
  public synchronized MemorySegment allocate(long size) {
    if (size < 1 || size > MAX_SIZE) {
      throw new IllegalArgumentException("a secret has 1 to " + MAX_SIZE + " bytes, not " + size);
    }
    int sizeClass = sizeClass(size);
    ArrayDeque<MemorySegment> slots = free.get(sizeClass);
    if (slots.isEmpty()) {
      cutPage(slots, (long) SMALLEST_SLOT << sizeClass);
    }
    return slots.pop();
  }

  @Override
  public synchronized void release(MemorySegment memory) {
    free.get(sizeClass(memory.byteSize())).push(memory);
  }

  private void cutPage(ArrayDeque<MemorySegment> slots, long slot) {
    MemorySegment page = pages.apply(MAX_SIZE);
    for (long offset = 0; offset < MAX_SIZE; offset += slot) {
      slots.add(page.asSlice(offset, slot));
    }
  }

  private static int sizeClass(long size) {
    int slots = (int) ((size + SMALLEST_SLOT - 1) / SMALLEST_SLOT);
    return Integer.SIZE - Integer.numberOfLeadingZeros(slots - 1);
  }
}
