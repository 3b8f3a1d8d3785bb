package ctrenc.overlay.ring;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * Files that the kernel reads by itself, or did until somebody wrote to them: what the kernel was
 * told of them and cannot be asked. How often each is open is counted from {@link OpenHandles}.
 * Thread-safe; one file's methods are called by one thread at a time.
 *
 * <pre>
 * inode (8) | backing number (4) | state (4) | fingerprint (8) | size (8) | references (8) | 0 (24)
 * </pre>
 */
public final class PassedFiles {

  /** What a file has where there was no room for it. */
  public static final int NO_SLOT = Slots.NONE;

  private static final int SLOTS = 1 << 14;
  private static final long SLOT_SIZE = 64;

  static final long LENGTH = SLOTS * SLOT_SIZE;

  private static final long BACKING = 8;
  private static final long STATE = 12;
  private static final long FINGERPRINT = 16;
  private static final long SIZE = 24;
  private static final long REFERENCES = 32;
  private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

  private final MemorySegment slots;
  private final Slots places;

  /** {@code usedAt} is the place in {@code header} that says how many slots were ever used. */
  PassedFiles(MemorySegment slots, MemorySegment header, long usedAt) {
    this.slots = slots;
    places = new Slots(SLOTS, header, usedAt);
  }

  /** What is known of a file; {@code state} is in the words of whoever wrote it. */
  public record File(
      int slot, long inode, int backing, int state, long fingerprint, long size, long references) {}

  /** Takes a file of an earlier process. */
  @FunctionalInterface
  public interface Visitor {
    void visit(File file);
  }

  /** Writes down a file that is about to be passed; {@link #NO_SLOT} if there is no room. */
  public int add(long inode, int backing, long fingerprint, long size) {
    int slot = freeSlot();
    if (slot != NO_SLOT) {
      long at = slot * SLOT_SIZE;
      slots.set(ValueLayout.JAVA_INT, at + BACKING, backing);
      slots.set(ValueLayout.JAVA_INT, at + STATE, 0);
      slots.set(ValueLayout.JAVA_LONG, at + FINGERPRINT, fingerprint);
      slots.set(ValueLayout.JAVA_LONG, at + SIZE, size);
      slots.set(ValueLayout.JAVA_LONG, at + REFERENCES, 0);
      LONG.setRelease(slots, at, inode);
    }
    return slot;
  }

  private synchronized int freeSlot() {
    return places.take();
  }

  public void setBacking(int slot, int backing) {
    if (slot != NO_SLOT) {
      slots.set(ValueLayout.JAVA_INT, slot * SLOT_SIZE + BACKING, backing);
    }
  }

  public void setState(int slot, int state) {
    if (slot != NO_SLOT) {
      slots.set(ValueLayout.JAVA_INT, slot * SLOT_SIZE + STATE, state);
    }
  }

  /** References that the kernel has on the node that writers get. */
  public void setReferences(int slot, long references) {
    if (slot != NO_SLOT) {
      slots.set(ValueLayout.JAVA_LONG, slot * SLOT_SIZE + REFERENCES, references);
    }
  }

  public synchronized void remove(int slot) {
    if (slot != NO_SLOT) {
      LONG.setRelease(slots, slot * SLOT_SIZE, 0L);
      places.giveBack(slot);
    }
  }

  /** Offers what an earlier process left, before this one adds anything. */
  public synchronized void recover(Visitor visitor) {
    places.recover(slot -> inode(slot) != 0);
    for (int slot = 0; slot < places.used(); slot++) {
      if (inode(slot) != 0) {
        visitor.visit(file(slot));
      }
    }
  }

  private long inode(int slot) {
    return (long) LONG.getAcquire(slots, slot * SLOT_SIZE);
  }

  private File file(int slot) {
    long at = slot * SLOT_SIZE;
    return new File(
        slot,
        inode(slot),
        slots.get(ValueLayout.JAVA_INT, at + BACKING),
        slots.get(ValueLayout.JAVA_INT, at + STATE),
        slots.get(ValueLayout.JAVA_LONG, at + FINGERPRINT),
        slots.get(ValueLayout.JAVA_LONG, at + SIZE),
        slots.get(ValueLayout.JAVA_LONG, at + REFERENCES));
  }
}
