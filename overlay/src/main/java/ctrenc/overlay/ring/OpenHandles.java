package ctrenc.overlay.ring;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.function.LongPredicate;

/**
 * Which files are open, by the numbers that the kernel has for them. A number is never used twice:
 * its low bits say where it is written down, the others count. Thread-safe.
 *
 * <pre>
 * number (8) | inode (62 bits) and mark (2 bits)
 * </pre>
 */
public final class OpenHandles {

  private static final int SLOT_BITS = 16;
  private static final int SLOTS = 1 << SLOT_BITS;
  private static final long SLOT_SIZE = 16;
  private static final int MARK_SHIFT = 62;
  private static final int FORMER_MARK_SHIFT = 56;
  private static final long FORMER_MARKS = 3;
  private static final long INODE_MASK = (1L << MARK_SHIFT) - 1;

  static final long LENGTH = SLOTS * SLOT_SIZE;

  /** This slot is never written to: its numbers are forgotten with the process. */
  private static final int NOWHERE = SLOTS - 1;

  private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

  private final MemorySegment slots;
  private final Slots places;
  private long count;

  /** {@code usedAt} is the place in {@code header} that says how many slots were ever used. */
  OpenHandles(MemorySegment slots, MemorySegment header, long usedAt) {
    this.slots = slots;
    places = new Slots(NOWHERE, header, usedAt);
    places.recover(
        slot -> {
          long number = (long) LONG.getAcquire(slots, slot * SLOT_SIZE);
          count = Math.max(count, number >>> SLOT_BITS);
          return number != 0;
        });
  }

  /** Takes a handle of an earlier process. */
  @FunctionalInterface
  public interface Visitor<E extends Exception> {
    void visit(long number, long inode, int mark) throws E;
  }

  /** A number for one more open of {@code inode}. */
  public synchronized long open(long inode) {
    count++;
    int place = places.take();
    int slot = place == Slots.NONE ? NOWHERE : place;
    long number = count << SLOT_BITS | slot;
    if (slot != NOWHERE) {
      slots.set(ValueLayout.JAVA_LONG, slot * SLOT_SIZE + Long.BYTES, inode);
      LONG.setRelease(slots, slot * SLOT_SIZE, number);
    }
    return number;
  }

  /** Writes down with an open handle how it is open, in the caller's words: 1 to 3. */
  public synchronized void mark(long number, int mark) {
    if (slotOf(number) != NOWHERE && isOpen(number)) {
      long at = slotOf(number) * SLOT_SIZE + Long.BYTES;
      long inode = slots.get(ValueLayout.JAVA_LONG, at) & INODE_MASK;
      slots.set(ValueLayout.JAVA_LONG, at, inode | (long) mark << MARK_SHIFT);
    }
  }

  /** Whether the number is of an open handle, as far as it is written down. */
  public boolean isOpen(long number) {
    int slot = slotOf(number);
    return slot == NOWHERE || (long) LONG.getAcquire(slots, slot * SLOT_SIZE) == number;
  }

  private static int slotOf(long number) {
    return (int) number & (SLOTS - 1);
  }

  public synchronized void close(long number) {
    int slot = slotOf(number);
    if (slot != NOWHERE && isOpen(number)) {
      LONG.setRelease(slots, slot * SLOT_SIZE, 0L);
      places.giveBack(slot);
    }
  }

  /** Closes all handles of those inodes. */
  synchronized void closeAll(LongPredicate inodes) {
    forEach(
        (number, inode, mark) -> {
          if (inodes.test(inode)) {
            close(number);
          }
        });
  }

  /** Makes marks of version 1 those of this one; again, if a process died while it did so. */
  static void moveMarks(MemorySegment slots) {
    for (int slot = 0; slot < SLOTS; slot++) {
      long at = slot * SLOT_SIZE + Long.BYTES;
      long word = slots.get(ValueLayout.JAVA_LONG, at);
      long mark = word >>> FORMER_MARK_SHIFT & FORMER_MARKS;
      if (mark != 0) {
        long inode = word & ~(FORMER_MARKS << FORMER_MARK_SHIFT);
        slots.set(ValueLayout.JAVA_LONG, at, inode | mark << MARK_SHIFT);
      }
    }
  }

  /** Offers what is open, be it by an earlier process. */
  public synchronized <E extends Exception> void forEach(Visitor<E> visitor) throws E {
    for (int slot = 0; slot < places.used(); slot++) {
      long number = (long) LONG.getAcquire(slots, slot * SLOT_SIZE);
      if (number != 0) {
        long word = slots.get(ValueLayout.JAVA_LONG, slot * SLOT_SIZE + Long.BYTES);
        visitor.visit(number, word & INODE_MASK, (int) (word >>> MARK_SHIFT));
      }
    }
  }
}
