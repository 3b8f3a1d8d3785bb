package ctrenc.overlay.ring;

import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.FileData;
import ctrenc.overlay.sys.SystemCallException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Written bytes that are not sealed yet, in the order in which they came, in a ring. An entry is
 * whole before {@link #append} returns, and wiped as soon as it is released. Thread-safe.
 *
 * <p>Invariants: between tail and head lie entries without a gap, each a multiple of 64 bytes, none
 * across the end of the ring; head moves only over an entry whose length is written; an entry
 * counts once its state is LIVE, which is written last.
 *
 * <pre>
 * state (4) | kind (4) | inode (8) | offset (8) | length (8) | seconds (8) | nanoseconds (4) | size of the entry (4) | 0 (16)
 * the bytes, filled up to a multiple of 64
 * </pre>
 */
public final class WriteLog {

  static final long CAPACITY = 64L << 20;

  /** {@code nanos} of a write that leaves the file's time alone. */
  public static final int NO_TIME = -1;

  /** From so many bytes on writers are to seal. */
  private static final long CROWDED = CAPACITY / 4 * 3;

  /** Room that only entries without bytes may take. */
  private static final long SLACK = 1 << 20;

  /** So much of an empty ring stays in memory. */
  private static final long WARM = 1 << 20;

  private static final long HEAD = 16;
  private static final long TAIL = 24;
  static final int LINE = 64;

  static final int LIVE = 1;
  private static final int DEAD = 2;
  static final int WRITE = 1;
  static final int DISCARD = 2;
  private static final int SKIP = 3;
  static final int ATTRIBUTES = 4;
  static final int TIME_SET = 5;

  static final long KIND = 4;
  static final long INODE = 8;
  static final long OFFSET = 16;
  static final long BYTES = 24;
  static final long SECONDS = 32;
  static final long NANOS = 40;
  static final long SIZE = 44;

  private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
  private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

  private final Descriptor file;
  private final long start;
  private final MemorySegment header;
  private final MemorySegment ring;
  private final Deque<Entry> entries = new ArrayDeque<>();
  private long head;
  private long tail;
  private long highest;

  /**
   * The ring begins at {@code start} of {@code file}; {@code header} has room for head and tail.
   */
  WriteLog(Descriptor file, long start, MemorySegment header, MemorySegment ring) {
    this.file = file;
    this.start = start;
    this.header = header;
    this.ring = ring;
    tail = header.get(ValueLayout.JAVA_LONG, TAIL);
    head = Math.max(tail, header.get(ValueLayout.JAVA_LONG, HEAD));
  }

  /** What was appended, to be released. */
  public static final class Entry {
    private final long at;
    private final int size;
    private boolean isDead;

    private Entry(long at, int size) {
      this.at = at;
      this.size = size;
    }
  }

  /** Takes written bytes; null if there is no room. */
  public @Nullable Entry append(
      long inode, long offset, MemorySegment bytes, long seconds, int nanos) {
    Entry entry = reserve(bytes.byteSize(), SLACK);
    if (entry != null) {
      describe(entry, WRITE, inode, offset, bytes.byteSize());
      ring.set(ValueLayout.JAVA_LONG, entry.at + SECONDS, seconds);
      ring.set(ValueLayout.JAVA_INT, entry.at + NANOS, nanos);
      MemorySegment.copy(bytes, 0, ring, entry.at + LINE, bytes.byteSize());
      INT.setRelease(ring, entry.at, LIVE);
    }
    return entry;
  }

  /** Says that what was appended of [from, to) counts no more; null if there is no room. */
  public @Nullable Entry appendDiscard(long inode, long from, long to) {
    return appendBare(DISCARD, inode, from, to - from);
  }

  /** Takes attributes in the caller's own words; null if there is no room. */
  public @Nullable Entry appendAttributes(long inode, MemorySegment attributes) {
    Entry entry = reserve(attributes.byteSize(), 0);
    if (entry != null) {
      describe(entry, ATTRIBUTES, inode, 0, attributes.byteSize());
      MemorySegment.copy(attributes, 0, ring, entry.at + LINE, attributes.byteSize());
      INT.setRelease(ring, entry.at, LIVE);
    }
    return entry;
  }

  /** Says that the time of the writes before was set by hand; null if there is no room. */
  public @Nullable Entry appendTimeIsSet(long inode) {
    return appendBare(TIME_SET, inode, 0, 0);
  }

  private @Nullable Entry appendBare(int kind, long inode, long offset, long length) {
    Entry entry = reserve(0, 0);
    if (entry != null) {
      describe(entry, kind, inode, offset, length);
      INT.setRelease(ring, entry.at, LIVE);
    }
    return entry;
  }

  private void describe(Entry entry, int kind, long inode, long offset, long length) {
    ring.set(ValueLayout.JAVA_INT, entry.at + KIND, kind);
    ring.set(ValueLayout.JAVA_LONG, entry.at + INODE, inode);
    ring.set(ValueLayout.JAVA_LONG, entry.at + OFFSET, offset);
    ring.set(ValueLayout.JAVA_LONG, entry.at + BYTES, length);
  }

  private synchronized @Nullable Entry reserve(long bytes, long leave) {
    int size = (int) (LINE + (bytes + LINE - 1) / LINE * LINE);
    long left = CAPACITY - head % CAPACITY;
    long skipped = size > left ? left : 0;
    if (head - tail + skipped + size + leave > CAPACITY) {
      return null;
    }
    if (skipped > 0) {
      Entry skip = push((int) skipped);
      ring.set(ValueLayout.JAVA_INT, skip.at + KIND, SKIP);
      skip.isDead = true;
    }
    return push(size);
  }

  private Entry push(int size) {
    Entry entry = new Entry(head % CAPACITY, size);
    ring.set(ValueLayout.JAVA_INT, entry.at, 0);
    ring.set(ValueLayout.JAVA_INT, entry.at + SIZE, size);
    entries.addLast(entry);
    head += size;
    highest = Math.max(highest, entry.at + size);
    LONG.setRelease(header, HEAD, head);
    return entry;
  }

  /** What these hold is in the store by now, or nobody wants it any more: wipes them. */
  public synchronized void release(List<Entry> released) {
    for (Entry entry : released) {
      INT.setRelease(ring, entry.at, DEAD);
      ring.asSlice(entry.at + LINE, entry.size - LINE).fill((byte) 0);
      entry.isDead = true;
    }
    while (!entries.isEmpty() && entries.getFirst().isDead) {
      tail += entries.removeFirst().size;
    }
    LONG.setRelease(header, TAIL, tail);
    if (entries.isEmpty()) {
      rewind();
    }
  }

  /** Wipes all that is held of those inodes, for which nobody will release anything any more. */
  synchronized void releaseAll(LongPredicate inodes) {
    release(
        entries.stream()
            .filter(entry -> !entry.isDead)
            .filter(entry -> inodes.test(ring.get(ValueLayout.JAVA_LONG, entry.at + INODE)))
            .toList());
  }

  /** Begins again at the ring's start, so that a root that writes little stays in few pages. */
  private void rewind() {
    head = (head + CAPACITY - 1) / CAPACITY * CAPACITY;
    tail = head;
    // The tail first: a ring whose tail is beyond its head is an empty one.
    LONG.setRelease(header, TAIL, tail);
    LONG.setRelease(header, HEAD, head);
  }

  /** Gives memory back when nothing was written for a while: to use it again costs its zeroing. */
  public synchronized void rest() {
    if (!entries.isEmpty() || highest <= WARM) {
      return;
    }
    highest = 0;
    try {
      FileData.allocate(
          file, FileData.PUNCH_HOLE | FileData.KEEP_SIZE, start + WARM, CAPACITY - WARM);
    } catch (SystemCallException e) {
      throw new IllegalStateException("memory of our own making could not be given back", e);
    }
  }

  /** Writers are to seal before they append. */
  public synchronized boolean isCrowded() {
    return head - tail > CROWDED;
  }

  /** Bytes between tail and head, of which some may be released. */
  public synchronized long used() {
    return Math.max(0, head - tail);
  }

  /** Offers what an earlier process left, in its order. */
  public synchronized <E extends Exception> void recover(LogVisitor<E> visitor) throws E {
    LogReader.read(ring, tail, head, visitor);
  }

  /** Wipes what an earlier process left, once it is in the store; out of the log it is first. */
  public synchronized void forgetRecovered() {
    long at = tail;
    long end = head;
    rewind();
    LogReader.wipe(ring, at, end);
    highest = CAPACITY;
    rest();
  }
}
