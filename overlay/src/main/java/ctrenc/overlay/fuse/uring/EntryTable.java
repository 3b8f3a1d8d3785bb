package ctrenc.overlay.fuse.uring;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** The entries of all connections by number, from 1. Thread-safe; finding takes no lock. */
final class EntryTable {

  private static final int FIRST_SIZE = 64;

  private final Deque<Integer> free = new ArrayDeque<>();
  private int last;
  private volatile @Nullable Entry[] entries = new @Nullable Entry[FIRST_SIZE];

  synchronized int add(Entry entry) {
    Integer given = free.poll();
    int number = given == null ? ++last : given;
    @Nullable Entry[] grown = entries;
    if (number == grown.length) {
      grown = Arrays.copyOf(grown, 2 * number);
    }
    grown[number] = entry;
    entries = grown;
    return number;
  }

  /** An entry that the kernel gave back, so it is in the table. */
  Entry get(int number) {
    Entry entry = entries[number];
    if (entry == null) {
      throw new IllegalStateException("the kernel completed an entry that it does not have");
    }
    return entry;
  }

  synchronized void remove(int number) {
    entries[number] = null;
    free.add(number);
  }
}
