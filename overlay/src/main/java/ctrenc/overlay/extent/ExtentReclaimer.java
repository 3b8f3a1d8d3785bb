package ctrenc.overlay.extent;

import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.segment.SegmentPlace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * Frees extents without references. Thread-safe.
 *
 * <p>A dead extent keeps its record and its bytes until the batch that released it is durable, and
 * with it all that the layer placed before: power loss may bring the reference back, also by a
 * replay that ends before an extent whose bytes were lost, and what was made durable under it must
 * then still be there. Its blocks are given back first and its records are deleted after, so that a
 * crash in between leaves a share of -1, which the next opening finds.
 */
final class ExtentReclaimer {

  /** With so much dead, or as many extents as the tuning says, what is durably so is freed. */
  private static final long WORTHWHILE_BYTES = 8L << 20;

  /** With so much dead that is not durably so, that is made durable. */
  private static final int PRESSING_EXTENTS = 16_384;

  private static final long PRESSING_BYTES = 256L << 20;

  /** Records deleted in one batch. */
  private static final int BATCH = 1024;

  /** Something that may fail. */
  @FunctionalInterface
  interface Step {
    void run() throws IOException;
  }

  /** Finds the record of an extent in the location map. */
  @FunctionalInterface
  interface Lookup {
    Optional<PlaceRecord> place() throws IOException;
  }

  /**
   * A place whose bytes nothing needs once a commit stays.
   *
   * @param id of the extent that died there; empty if it moved away
   */
  private record Dead(OptionalLong id, SegmentPlace place, long commit) {}

  private final MetaStore meta;
  private final long layer;
  private final ExtentJournal journal;
  private final DeadSpace space;
  private final ExtentCache cache;

  /** Makes durable what was committed before, and the segment files it points at. */
  private final Step sync;

  private final int freedTogether;
  private final ConcurrentLinkedQueue<Dead> queue = new ConcurrentLinkedQueue<>();

  /** Ids in the queue or being freed. */
  private final ConcurrentHashMap<Long, Boolean> dead = new ConcurrentHashMap<>();

  private final AtomicLong deadBytes = new AtomicLong();
  private final ReentrantLock freeing = new ReentrantLock();

  /** Shared by those who bury, since the place that they look up must stay the extent's. */
  private final ReentrantReadWriteLock places = new ReentrantReadWriteLock();

  ExtentReclaimer(
      MetaStore meta,
      long layer,
      ExtentJournal journal,
      DeadSpace space,
      ExtentCache cache,
      Step sync,
      int freedTogether) {
    this.meta = meta;
    this.layer = layer;
    this.journal = journal;
    this.space = space;
    this.cache = cache;
    this.sync = sync;
    this.freedTogether = freedTogether;
  }

  boolean isDead(long id) {
    return dead.containsKey(id);
  }

  /** Takes an extent, if it has a place, whose last reference went by a batch that is committed. */
  void bury(long id, Lookup lookup) throws IOException {
    places.readLock().lock();
    try {
      Optional<PlaceRecord> record = lookup.place();
      if (record.isPresent() && dead.putIfAbsent(id, Boolean.TRUE) == null) {
        cache.remove(id);
        add(new Dead(OptionalLong.of(id), record.get().place(), meta.lastCommit()));
      }
    } finally {
      places.readLock().unlock();
    }
  }

  /** Lets no extent be buried between a look at where extents are and the change of that. */
  void move(Step change) throws IOException {
    places.writeLock().lock();
    try {
      change.run();
    } finally {
      places.writeLock().unlock();
    }
  }

  /** Takes a place that an extent left by a batch that is committed. */
  void vacate(SegmentPlace place) {
    add(new Dead(OptionalLong.empty(), place, meta.lastCommit()));
  }

  /** Takes a place that no record ever named. */
  void discard(SegmentPlace place) {
    add(new Dead(OptionalLong.empty(), place, -1));
  }

  private void add(Dead one) {
    deadBytes.addAndGet(one.place().length());
    queue.add(one);
  }

  /** Deletes a file that no record names, unless the last ones that did may come back. */
  void drop(int file) throws IOException {
    freeing.lock();
    try {
      if (queue.stream().noneMatch(one -> one.place().file() == file)) {
        space.drop(file);
      }
    } finally {
      freeing.unlock();
    }
  }

  /**
   * Frees what is durably dead, if it is worth the work. Of callers that come together one works.
   */
  void freeIfWorthwhile() throws IOException {
    if (dead.size() < freedTogether && deadBytes.get() < WORTHWHILE_BYTES) {
      return;
    }
    if ((isFreeable() || isPressing()) && freeing.tryLock()) {
      try {
        free();
        if (isPressing()) {
          sync.run();
          free();
        }
      } finally {
        freeing.unlock();
      }
    }
  }

  private boolean isPressing() {
    return dead.size() >= PRESSING_EXTENTS || deadBytes.get() >= PRESSING_BYTES;
  }

  private boolean isFreeable() {
    Dead oldest = queue.peek();
    return oldest != null && oldest.commit() <= lastSafe();
  }

  /** Releases of batches not above this number stay, whatever power loss takes. */
  private long lastSafe() {
    return Math.min(meta.lastDurable(), journal.lastWhole());
  }

  /** Frees everything, and makes durable what that needs. */
  void freeAll() throws IOException {
    if (queue.isEmpty() && dead.isEmpty()) {
      return;
    }
    sync.run();
    freeing.lock();
    try {
      free();
    } finally {
      freeing.unlock();
    }
  }

  private void free() throws IOException {
    List<Dead> some = takeSafe();
    while (!some.isEmpty()) {
      try {
        space.addAll(some.stream().map(Dead::place).toList());
        forget(some);
      } catch (IOException | RuntimeException e) {
        queue.addAll(some);
        throw e;
      }
      some = takeSafe();
    }
  }

  private List<Dead> takeSafe() {
    long safe = lastSafe();
    List<Dead> some = new ArrayList<>();
    @Nullable Dead next = queue.peek();
    while (next != null && next.commit() <= safe && some.size() < BATCH) {
      some.add(next);
      queue.remove();
      next = queue.peek();
    }
    return some;
  }

  private void forget(List<Dead> freed) throws IOException {
    try (MetaBatch batch = meta.batch()) {
      for (Dead one : freed) {
        one.id().ifPresent(id -> deleteRecords(batch, id));
      }
      meta.commit(batch);
    }
    for (Dead one : freed) {
      one.id().ifPresent(dead::remove);
      deadBytes.addAndGet(-one.place().length());
    }
  }

  private void deleteRecords(MetaBatch batch, long id) {
    byte[] key = ExtentKeys.extent(layer, id);
    batch.delete(Table.PLACE, key);
    batch.delete(Table.SHARE, key);
  }
}
