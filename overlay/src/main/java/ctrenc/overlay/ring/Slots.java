package ctrenc.overlay.ring;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.IntPredicate;

/**
 * Which places of a table in a root's memory are free. How many were ever used is written down, so
 * that who follows need not look at the rest. Not thread-safe: its owner guards it.
 */
final class Slots {

  /** All places are taken. */
  static final int NONE = -1;

  private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

  private final int most;
  private final MemorySegment header;
  private final long usedAt;
  private final Deque<Integer> free = new ArrayDeque<>();
  private int used;

  /** {@code usedAt} is the place in {@code header} that says how many slots were ever used. */
  Slots(int most, MemorySegment header, long usedAt) {
    this.most = most;
    this.header = header;
    this.usedAt = usedAt;
  }

  /** A free place, the one that was given back last, or {@link #NONE}. */
  int take() {
    Integer freed = free.pollFirst();
    if (freed != null) {
      return freed;
    }
    if (used == most) {
      return NONE;
    }
    LONG.setRelease(header, usedAt, used + 1L);
    return used++;
  }

  void giveBack(int slot) {
    free.addFirst(slot);
  }

  /** How many places, from the first on, may be taken. */
  int used() {
    return used;
  }

  /** Finds out what an earlier process had taken, before this one takes anything. */
  void recover(IntPredicate isTaken) {
    used = (int) (long) LONG.getAcquire(header, usedAt);
    free.clear();
    for (int slot = 0; slot < used; slot++) {
      if (!isTaken.test(slot)) {
        free.addLast(slot);
      }
    }
  }
}
