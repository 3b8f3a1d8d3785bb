package ctrenc.overlay.ring;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * Nodes that the kernel knows and no record of the tree leads to: what stands below the hidden
 * directories, and the snapshots that are entered there. Thread-safe.
 *
 * <pre>
 * number (8) | references (8) | directory (8) | kind (4) | length of the name (4) | name (255) | 0 (33)
 * </pre>
 */
public final class KnownNodes {

  /** What a node has where there was no room for it. */
  public static final int NO_SLOT = Slots.NONE;

  private static final int SLOTS = 1 << 15;
  private static final long SLOT_SIZE = 320;

  static final long LENGTH = SLOTS * SLOT_SIZE;

  private static final long REFERENCES = 8;
  private static final long DIRECTORY = 16;
  private static final long KIND = 24;
  private static final long NAME_LENGTH = 28;
  private static final long NAME = 32;
  private static final int MOST_NAME = 255;
  private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

  private final MemorySegment slots;
  private final MemorySegment header;
  private final long lastAt;
  private final Slots places;

  /**
   * {@code usedAt} is the place in {@code header} that says how many slots were ever used, {@code
   * lastAt} that of the last number.
   */
  KnownNodes(MemorySegment slots, MemorySegment header, long usedAt, long lastAt) {
    this.slots = slots;
    this.header = header;
    this.lastAt = lastAt;
    places = new Slots(SLOTS, header, usedAt);
    places.recover(slot -> number(slot) != 0);
  }

  /** A node; {@code kind} is in the words of whoever wrote it. */
  public record Node(
      int slot, long number, long references, long directory, int kind, byte[] name) {}

  /** Takes a node of an earlier process. */
  @FunctionalInterface
  public interface Visitor {
    void visit(Node node);
  }

  /** The last number that was given; 0 if none was. */
  public synchronized long last() {
    return header.get(ValueLayout.JAVA_LONG, lastAt);
  }

  /** Writes down that a number was given, before the kernel is told. */
  public synchronized void setLast(long number) {
    header.set(ValueLayout.JAVA_LONG, lastAt, number);
  }

  /** Writes down a node without references; {@link #NO_SLOT} if there is no room. */
  public synchronized int add(long number, long directory, int kind, byte[] name) {
    if (name.length > MOST_NAME) {
      throw new IllegalArgumentException("a name of " + name.length + " bytes");
    }
    int slot = places.take();
    if (slot != NO_SLOT) {
      long at = slot * SLOT_SIZE;
      slots.set(ValueLayout.JAVA_LONG, at + REFERENCES, 0);
      slots.set(ValueLayout.JAVA_LONG, at + DIRECTORY, directory);
      slots.set(ValueLayout.JAVA_INT, at + KIND, kind);
      slots.set(ValueLayout.JAVA_INT, at + NAME_LENGTH, name.length);
      MemorySegment.copy(name, 0, slots, ValueLayout.JAVA_BYTE, at + NAME, name.length);
      LONG.setRelease(slots, at, number);
    }
    return slot;
  }

  public synchronized void setReferences(int slot, long references) {
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

  /** Offers what is written down; the visitor may remove it. */
  public synchronized void forEach(Visitor visitor) {
    for (int slot = 0; slot < places.used(); slot++) {
      if (number(slot) != 0) {
        visitor.visit(node(slot));
      }
    }
  }

  private long number(int slot) {
    return (long) LONG.getAcquire(slots, slot * SLOT_SIZE);
  }

  private Node node(int slot) {
    long at = slot * SLOT_SIZE;
    long length = Math.clamp(slots.get(ValueLayout.JAVA_INT, at + NAME_LENGTH), 0, MOST_NAME);
    return new Node(
        slot,
        number(slot),
        slots.get(ValueLayout.JAVA_LONG, at + REFERENCES),
        slots.get(ValueLayout.JAVA_LONG, at + DIRECTORY),
        slots.get(ValueLayout.JAVA_INT, at + KIND),
        slots.asSlice(at + NAME, length).toArray(ValueLayout.JAVA_BYTE));
  }
}
