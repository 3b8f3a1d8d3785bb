package ctrenc.daemon.snapshotter;

import ctrenc.daemon.refusal.RefusedException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The snapshots by key and name, which are one set. Nothing here waits for a disk: a name is
 * reserved before its snapshot is made, and what a snapshot stands on cannot leave meanwhile.
 * Thread-safe.
 */
final class SnapshotTable {

  /** A snapshot. Whoever changes or removes it, or shows what is behind it, holds the guard. */
  static final class Entry {
    final ReentrantLock guard = new ReentrantLock();

    /** Held while what stands on it needs something made first. */
    final ReentrantLock preparation = new ReentrantLock();

    private volatile Snapshot snapshot;
    private int children;
    private boolean isLeaving;

    private Entry(Snapshot snapshot) {
      this.snapshot = snapshot;
    }

    Snapshot snapshot() {
      return snapshot;
    }
  }

  private final Map<String, Entry> entries = new HashMap<>();
  private final Set<String> reserved = new HashSet<>();
  private final Set<Long> making = new HashSet<>();
  private long next;

  /**
   * @param used the numbers of what lies on the disk, which may be left of snapshots that are not
   *     there any more: no new one gets such a number, or it would begin with another's remains
   */
  SnapshotTable(Collection<Snapshot> stored, Collection<Long> used) {
    next = 1 + used.stream().mapToLong(Long::longValue).max().orElse(0);
    for (Snapshot snapshot : stored) {
      entries.put(snapshot.name(), new Entry(snapshot));
      next = Math.max(next, snapshot.number() + 1);
    }
    for (Snapshot snapshot : stored) {
      if (snapshot.hasParent() && entries.containsKey(snapshot.parent())) {
        entries.get(snapshot.parent()).children++;
      }
    }
  }

  /** A name, and a place on a parent, for a snapshot that is being made. */
  final class Reservation implements AutoCloseable {
    private final String name;
    private final long number;
    private final Optional<Entry> parent;
    private boolean isTaken;

    private Reservation(String name, long number, Optional<Entry> parent) {
      this.name = name;
      this.number = number;
      this.parent = parent;
    }

    String name() {
      return name;
    }

    long number() {
      return number;
    }

    Optional<Entry> parent() {
      return parent;
    }

    /** The snapshot is made. */
    void take(Snapshot made) {
      synchronized (SnapshotTable.this) {
        entries.put(name, new Entry(made));
        isTaken = true;
      }
    }

    @Override
    public void close() {
      synchronized (SnapshotTable.this) {
        reserved.remove(name);
        making.remove(number);
        if (!isTaken) {
          parent.ifPresent(entry -> entry.children--);
        }
      }
    }
  }

  /** Reserves a key for a snapshot on a committed one, or on nothing. */
  synchronized Reservation reserve(String key, String parent) throws RefusedException {
    requireFree(key);
    Optional<Entry> below = parent.isEmpty() ? Optional.empty() : Optional.of(find(parent));
    if (below.isPresent()) {
      requireParent(below.get());
      below.get().children++;
    }
    reserved.add(key);
    long number = next++;
    making.add(number);
    return new Reservation(key, number, below);
  }

  private static void requireParent(Entry entry) throws RefusedException {
    if (entry.snapshot.kind() != SnapshotKind.COMMITTED) {
      throw RefusedException.invalid(
          "The snapshot " + entry.snapshot.name() + " is not committed: nothing can stand on it.");
    }
    if (entry.isLeaving) {
      throw absent(entry.snapshot.name());
    }
  }

  /** Reserves a name for a snapshot that is there. */
  synchronized void reserveName(String name) throws RefusedException {
    requireFree(name);
    reserved.add(name);
  }

  synchronized void release(String name) {
    reserved.remove(name);
  }

  private void requireFree(String name) throws RefusedException {
    if (entries.containsKey(name) || reserved.contains(name)) {
      throw RefusedException.taken("There is a snapshot " + name + " already.");
    }
  }

  synchronized Entry find(String name) throws RefusedException {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw absent(name);
    }
    return entry;
  }

  private static RefusedException absent(String name) {
    return RefusedException.absent("There is no snapshot " + name + ".");
  }

  synchronized boolean isThere(Entry entry) {
    return entries.get(entry.snapshot.name()) == entry;
  }

  /** With the entry's guard held: it is still what {@code name} stands for. */
  synchronized void require(Entry entry, String name) throws RefusedException {
    if (entries.get(name) != entry) {
      throw absent(name);
    }
  }

  /** What the snapshot stands on, and what that stands on, and so on. */
  synchronized List<Snapshot> ancestors(Snapshot snapshot) throws RefusedException {
    List<Snapshot> ancestors = new ArrayList<>();
    Snapshot last = snapshot;
    while (last.hasParent()) {
      last = find(last.parent()).snapshot;
      ancestors.add(last);
    }
    return ancestors;
  }

  /** Replaces a snapshot, whose name may be another one that is reserved. */
  synchronized void replace(Entry entry, Snapshot now) {
    entries.remove(entry.snapshot.name());
    entry.snapshot = now;
    entries.put(now.name(), entry);
  }

  /** Lets nothing more stand on it. */
  synchronized void leave(Entry entry) throws RefusedException {
    if (entry.children > 0) {
      throw RefusedException.conflict(
          "The snapshot " + entry.snapshot.name() + " has others on it: remove those first.");
    }
    entry.isLeaving = true;
  }

  /** It did not leave after all. */
  synchronized void stay(Entry entry) {
    entry.isLeaving = false;
  }

  synchronized void remove(Entry entry) {
    Snapshot gone = entry.snapshot;
    entries.remove(gone.name());
    Entry below = entries.get(gone.parent());
    if (gone.hasParent() && below != null) {
      below.children--;
    }
  }

  /** Whether something stands on it, or is about to. */
  synchronized boolean hasChildren(Entry entry) {
    return entry.children > 0;
  }

  synchronized List<Entry> all() {
    return List.copyOf(entries.values());
  }

  /** The numbers of snapshots that are there or being made. */
  synchronized Set<Long> numbers() {
    Set<Long> numbers = new HashSet<>(making);
    entries.values().forEach(entry -> numbers.add(entry.snapshot.number()));
    return numbers;
  }
}
