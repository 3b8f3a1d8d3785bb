package ctrenc.overlay.extent;

import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.MetaReader;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.segment.SegmentFiles;
import ctrenc.overlay.segment.SegmentPlace;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Copies of small envelopes in the batch that places them, so that a sync of a few bytes waits for
 * the log alone and not for segment files as well. What power loss takes from those is written
 * again from the copies; when the files were synced, the copies go. Thread-safe.
 *
 * <p>Invariant: the files need no sync as long as every place since their last sync came with a
 * copy, and the file it lies in was known to the disk by name before.
 */
final class ExtentJournal {

  /** The longest envelope that is copied, in bytes. */
  static final int MAX_ENVELOPE = 32 << 10;

  /** With so many copies the files are synced, and the copies go. */
  static final int MOST = 256;

  private final MetaStore meta;
  private final SegmentFiles segments;
  private final long layer;
  private final AtomicInteger expected = new AtomicInteger();

  /** Copies of envelopes that are appended and not placed yet. */
  private final ConcurrentHashMap<Long, byte[]> kept = new ConcurrentHashMap<>();

  /** Extents with a copy in the metadata store, oldest first. */
  private final ConcurrentLinkedQueue<Long> written = new ConcurrentLinkedQueue<>();

  private final AtomicInteger count = new AtomicInteger();

  /** Places without a copy so far, and how many of them the last sync of the files covered. */
  private final AtomicLong bare = new AtomicLong();

  private final AtomicLong bareSynced = new AtomicLong();

  /** Commits not above this number have their envelopes in files that were synced, or copies. */
  private final AtomicLong whole = new AtomicLong(-1);

  ExtentJournal(MetaStore meta, SegmentFiles segments, long layer) {
    this.meta = meta;
    this.segments = segments;
    this.layer = layer;
  }

  SyncExpectation expectSync() {
    expected.incrementAndGet();
    return expected::decrementAndGet;
  }

  /** Keeps a copy of an envelope that was appended, where that may be of use. */
  void offer(long extent, SegmentPlace place, MemorySegment envelope) {
    if (expected.get() > 0
        && envelope.byteSize() <= MAX_ENVELOPE
        && kept.size() < MOST
        && segments.isNameDurable(place.file())) {
      kept.put(extent, envelope.toArray(ValueLayout.JAVA_BYTE));
    }
  }

  /** To be called in the batch that places an extent. */
  void place(MetaBatch batch, long extent) {
    byte[] copy = kept.remove(extent);
    if (copy == null) {
      bare.incrementAndGet();
      return;
    }
    batch.put(Table.JOURNAL, ExtentKeys.extent(layer, extent), copy);
    written.add(extent);
    count.incrementAndGet();
  }

  /** False where a sync of the log makes everything durable that was committed. */
  boolean needsFiles() {
    return bare.get() != bareSynced.get() || count.get() >= MOST;
  }

  /** A process that died placed extents whose files it did not sync; the next sync must. */
  void distrust() {
    bare.incrementAndGet();
  }

  /**
   * Of batches whose {@link MetaStore#lastCommit} was not above this number the envelopes are as
   * durable as the batches: the replay of the log never goes back to before one of them.
   */
  long lastWhole() {
    // In this order: a batch counts its bare places before it is committed.
    long reached = meta.lastCommit();
    if (bare.get() == bareSynced.get()) {
      whole.accumulateAndGet(reached, Math::max);
    }
    return whole.get();
  }

  /** To be called before a sync of the files; its end is told to {@link #synced}. */
  Mark beforeSync() {
    return new Mark(bare.get(), count.get(), meta.lastCommit());
  }

  /** The files were synced since the mark was made: what it counts needs no copy any more. */
  void synced(Mark mark) {
    bareSynced.accumulateAndGet(mark.bare, Math::max);
    whole.accumulateAndGet(mark.commit, Math::max);
  }

  /** Removes the copies that a sync made needless, if they are worth a batch. */
  void trim(Mark synced) throws IOException {
    if (synced.copies < MOST / 2) {
      return;
    }
    try (MetaBatch batch = meta.batch()) {
      for (int i = 0; i < synced.copies; i++) {
        Long extent = written.poll();
        if (extent == null) {
          break;
        }
        count.decrementAndGet();
        batch.delete(Table.JOURNAL, ExtentKeys.extent(layer, extent));
      }
      meta.commit(batch);
    }
  }

  /** Removes all copies of the layer; its files are synced. */
  void clear() throws IOException {
    byte[] first = ExtentKeys.extent(layer, 0);
    byte[] end = ExtentKeys.afterExtents(layer);
    try (MetaCursor copies = meta.scan(Table.JOURNAL, first, end)) {
      if (!copies.next()) {
        return;
      }
    }
    try (MetaBatch batch = meta.batch()) {
      batch.deleteRange(Table.JOURNAL, first, end);
      meta.commit(batch);
    }
    written.clear();
    count.set(0);
  }

  /** The copy of an extent's envelope, if there is one. */
  static Optional<byte[]> copy(MetaReader meta, long layer, long extent) throws IOException {
    return meta.get(Table.JOURNAL, ExtentKeys.extent(layer, extent));
  }

  /** What a sync of the files covers: places without a copy, copies, and commits. */
  record Mark(long bare, int copies, long commit) {}
}
