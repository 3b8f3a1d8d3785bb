package ctrenc.overlay.extent;

import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.segment.SegmentPlace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
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

  /** Makes durable what was committed before, and the segment files it points at. */
  @FunctionalInterface
  interface FullSync {
    void run() throws IOException;
  }

  private record Dead(long id, PlaceRecord record, long commit) {}

  private final MetaStore meta;
  private final long layer;
  private final ExtentJournal journal;
  private final DeadSpace space;
  private final ExtentCache cache;
  private final FullSync sync;
  private final int freedTogether;
  private final ConcurrentLinkedQueue<Dead> queue = new ConcurrentLinkedQueue<>();

  /** Ids in the queue or being freed. */
  private final ConcurrentHashMap<Long, Boolean> dead = new ConcurrentHashMap<>();

  private final AtomicLong deadBytes = new AtomicLong();
  private final ReentrantLock freeing = new ReentrantLock();

  ExtentReclaimer(
      MetaStore meta,
      long layer,
      ExtentJournal journal,
      DeadSpace space,
      ExtentCache cache,
      FullSync sync,
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

  boolean isEmpty() {
    return dead.isEmpty();
  }

  /** Takes an extent whose last reference went by a batch that is committed. */
  void bury(long id, PlaceRecord record) {
    if (dead.putIfAbsent(id, Boolean.TRUE) != null) {
      return;
    }
    cache.remove(id);
    deadBytes.addAndGet(record.place().length());
    queue.add(new Dead(id, record, meta.lastCommit()));
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
    if (dead.isEmpty()) {
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
        giveBack(some);
        forget(some);
      } catch (IOException | RuntimeException e) {
        queue.addAll(some);
        throw e;
      }
      some = takeSafe();
    }
  }

  /** One call for each run of neighbours: giving back is a transaction of the filesystem. */
  private void giveBack(List<Dead> some) throws IOException {
    List<SegmentPlace> places =
        some.stream()
            .map(one -> one.record().place())
            .sorted(
                Comparator.comparingInt(SegmentPlace::file).thenComparingLong(SegmentPlace::offset))
            .toList();
    SegmentPlace first = places.getFirst();
    long end = first.end();
    for (SegmentPlace place : places) {
      if (place.file() != first.file() || place.offset() > end) {
        space.add(first.file(), first.offset(), end);
        first = place;
      }
      end = place.end();
    }
    space.add(first.file(), first.offset(), end);
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
        byte[] key = ExtentKeys.extent(layer, one.id());
        batch.delete(Table.PLACE, key);
        batch.delete(Table.SHARE, key);
      }
      meta.commit(batch);
    }
    for (Dead one : freed) {
      dead.remove(one.id());
      deadBytes.addAndGet(-one.record().place().length());
    }
  }
}
