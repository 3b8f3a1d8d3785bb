package ctrenc.overlay.ring;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The subvolumes that are nested in a root, with what the store does not know of them. A change is
 * whole at each instant: an entry is written anew before the one it replaces goes, and of two the
 * later one counts. Thread-safe.
 *
 * <pre>
 * state (4) | length of the key (4) | order (8) | UUID (16) | anchor (8) | 0 (8) | wrapped KEK (208)
 * </pre>
 */
public final class NestedMembers {

  private static final int SLOTS = 1 << 16;

  /** One place stays free, for the moment in which an entry is there twice. */
  private static final int MOST = SLOTS - 1;

  private static final long SLOT_SIZE = 256;

  static final long LENGTH = SLOTS * SLOT_SIZE;

  private static final long KEY_LENGTH = 4;
  private static final long ORDER = 8;
  private static final long ID = 16;
  private static final long ANCHOR = 32;
  private static final long KEY = 48;
  private static final int MOST_KEY = (int) (SLOT_SIZE - KEY);
  private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

  private final MemorySegment slots;
  private final Slots places;
  private final Map<UUID, Integer> known = new HashMap<>();
  private long order;

  /** {@code usedAt} is the place in {@code header} that says how many slots were ever used. */
  NestedMembers(MemorySegment slots, MemorySegment header, long usedAt) {
    this.slots = slots;
    places = new Slots(SLOTS, header, usedAt);
    places.recover(slot -> code(slots, slot) != 0);
    for (int slot = 0; slot < places.used(); slot++) {
      if (code(slots, slot) != 0) {
        order = Math.max(order, order(slots, slot));
        know(slot);
      }
    }
  }

  /** What is the case with one; numbers are on the format. */
  public enum State {
    /** It was not opened yet. */
    CLOSED(1),
    OPEN(2),
    /** It was locked alone, and opens for nobody until it is unlocked. */
    LOCKED(3),
    /** It is being destroyed, or was, and its anchor may still be there. */
    ENDING(4);

    private final int code;

    State(int code) {
      this.code = code;
    }

    private static Optional<State> of(int code) {
      return Arrays.stream(values()).filter(state -> state.code == code).findFirst();
    }
  }

  /**
   * A nested subvolume.
   *
   * @param anchor the directory that it hangs at, by the number it has in the whole root
   * @param key its KEK under that of the subvolume it hangs in; empty if it is not in memory
   */
  public record Entry(UUID id, State state, long anchor, byte[] key) {

    /** Its KEK was in memory. */
    public boolean hasKey() {
      return key.length > 0;
    }
  }

  /**
   * Writes one down, in the place of what was said of it before; false if there is no room for it.
   */
  public synchronized boolean put(Entry entry) {
    if (entry.key.length > MOST_KEY) {
      throw new IllegalArgumentException("a wrapped key of " + entry.key.length + " bytes");
    }
    if (known.size() >= MOST && !known.containsKey(entry.id)) {
      return false;
    }
    int slot = places.take();
    order++;
    long at = slot * SLOT_SIZE;
    slots.set(ValueLayout.JAVA_INT, at + KEY_LENGTH, entry.key.length);
    slots.set(ValueLayout.JAVA_LONG, at + ORDER, order);
    slots.set(ValueLayout.JAVA_LONG, at + ID, entry.id.getMostSignificantBits());
    slots.set(ValueLayout.JAVA_LONG, at + ID + Long.BYTES, entry.id.getLeastSignificantBits());
    slots.set(ValueLayout.JAVA_LONG, at + ANCHOR, entry.anchor);
    MemorySegment.copy(entry.key, 0, slots, ValueLayout.JAVA_BYTE, at + KEY, entry.key.length);
    INT.setRelease(slots, at, entry.state.code);
    know(slot);
    return true;
  }

  /** Of two entries of one subvolume the later one stays. */
  private void know(int slot) {
    Integer before = known.put(id(slots, slot), slot);
    if (before == null) {
      return;
    }
    boolean isLater = order(slots, slot) > order(slots, before);
    if (!isLater) {
      known.put(id(slots, slot), before);
    }
    wipe(isLater ? before : slot);
  }

  private void wipe(int slot) {
    INT.setRelease(slots, slot * SLOT_SIZE, 0);
    slots.asSlice(slot * SLOT_SIZE + KEY, MOST_KEY).fill((byte) 0);
    places.giveBack(slot);
  }

  public synchronized Optional<Entry> find(UUID id) {
    return Optional.ofNullable(known.get(id)).flatMap(slot -> entry(slots, slot));
  }

  /** Forgets one, its key first. */
  public synchronized void remove(UUID id) {
    Integer slot = known.remove(id);
    if (slot != null) {
      wipe(slot);
    }
  }

  public synchronized List<Entry> all() {
    return known.values().stream().flatMap(slot -> entry(slots, slot).stream()).toList();
  }

  /** What another process wrote down in such slots, of which {@code used} were ever used. */
  static List<Entry> read(MemorySegment slots, long used) {
    Map<UUID, Integer> latest = new HashMap<>();
    for (int slot = 0; slot < Math.min(used, SLOTS); slot++) {
      if (code(slots, slot) != 0) {
        latest.merge(
            id(slots, slot),
            slot,
            (one, other) -> order(slots, one) > order(slots, other) ? one : other);
      }
    }
    List<Entry> found = new ArrayList<>();
    latest.values().forEach(slot -> entry(slots, slot).ifPresent(found::add));
    return found;
  }

  private static int code(MemorySegment slots, int slot) {
    return (int) INT.getAcquire(slots, slot * SLOT_SIZE);
  }

  private static long order(MemorySegment slots, int slot) {
    return slots.get(ValueLayout.JAVA_LONG, slot * SLOT_SIZE + ORDER);
  }

  private static UUID id(MemorySegment slots, int slot) {
    long at = slot * SLOT_SIZE + ID;
    return new UUID(
        slots.get(ValueLayout.JAVA_LONG, at), slots.get(ValueLayout.JAVA_LONG, at + Long.BYTES));
  }

  private static Optional<Entry> entry(MemorySegment slots, int slot) {
    long at = slot * SLOT_SIZE;
    long length = Math.clamp(slots.get(ValueLayout.JAVA_INT, at + KEY_LENGTH), 0, MOST_KEY);
    return State.of(code(slots, slot))
        .map(
            state ->
                new Entry(
                    id(slots, slot),
                    state,
                    slots.get(ValueLayout.JAVA_LONG, at + ANCHOR),
                    slots.asSlice(at + KEY, length).toArray(ValueLayout.JAVA_BYTE)));
  }
}
