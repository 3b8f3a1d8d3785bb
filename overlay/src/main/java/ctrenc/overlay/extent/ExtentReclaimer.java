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
 * <p>A dead extent keeps its record and its bytes until the batch that released it is durable:
 * power loss may bring the reference back, and what was made durable under it must then still be
 * there. Its blocks are given back first and its records are deleted after, so that a crash in
 * between leaves a share of -1, which the next opening finds.
 */
final class ExtentReclaimer {

  /** With so much dead, or as many extents as the tuning says, what is durably so is freed. */
  private static final long WORTHWHILE_BYTES = 8L << 20;

  /** With so much dead, it is made durable first. */
  private static final int PRESSING_EXTENTS = 16_384;

  private static final long PRESSING_BYTES = 64L << 20;

  /** Records deleted in one batch. */
  private static final int BATCH = 1024;

  private record Dead(long id, PlaceRecord record, long commit) {}

  private final MetaStore meta;
  private final long layer;
  private final DeadSpace space;
  private final ExtentCache cache;
  private final int freedTogether;
  private final ConcurrentLinkedQueue<Dead> queue = new ConcurrentLinkedQueue<>();

  /** Ids in the queue or being freed. */
  private final ConcurrentHashMap<Long, Boolean> dead = new ConcurrentHashMap<>();

  private final AtomicLong deadBytes = new AtomicLong();
  private final ReentrantLock freeing = new ReentrantLock();

  ExtentReclaimer(
      MetaStore meta, long layer, DeadSpace space, ExtentCache cache, int freedTogether) {
    this.freedTogether = freedTogether;
    this.meta = meta;
    this.layer = layer;
    this.space = space;
    this.cache = cache;
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

  /** Frees what is durably dead, if it is worth the work. */
  void freeIfWorthwhile() throws IOException {
    int count = dead.size();
    long bytes = deadBytes.get();
    if (count >= PRESSING_EXTENTS || bytes >= PRESSING_BYTES) {
      meta.sync();
    } else if (count < freedTogether && bytes < WORTHWHILE_BYTES) {
      return;
    }
    Dead oldest = queue.peek();
    if (oldest != null && oldest.commit() <= meta.lastDurable() && freeing.tryLock()) {
      try {
        free();
      } finally {
        freeing.unlock();
      }
    }
  }

  /** Frees everything, and makes durable what that needs. */
  void freeAll() throws IOException {
    if (dead.isEmpty()) {
      return;
    }
    meta.sync();
    freeing.lock();
    try {
      free();
    } finally {
      freeing.unlock();
    }
  }

  private void free() throws IOException {
    List<Dead> some = takeDurable();
    while (!some.isEmpty()) {
      try {
        giveBack(some);
        forget(some);
      } catch (IOException | RuntimeException e) {
        queue.addAll(some);
        throw e;
      }
      some = takeDurable();
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

  private List<Dead> takeDurable() {
    long durable = meta.lastDurable();
    List<Dead> some = new ArrayList<>();
    @Nullable Dead next = queue.peek();
    while (next != null && next.commit() <= durable && some.size() < BATCH) {
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
