package ctrenc.overlay.extent;

import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.segment.SegmentFiles;
import ctrenc.overlay.segment.SegmentPlace;
import java.io.IOException;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jspecify.annotations.Nullable;

/**
 * Gives out extent ids and knows which appended extents are not yet placed. Thread-safe.
 *
 * <p>Ids are reserved in blocks by a record in the metadata store, so that none is given twice
 * after a crash. The same record carries the mark from which the next opening looks for what a
 * crash left: it moves up when a sync has ended and every extent below it had been placed before
 * that began.
 */
final class ExtentLedger {

  private static final int BLOCK = 256;

  /** Below every id. */
  private static final long HELD = 0;

  private final MetaStore meta;
  private final long layer;
  private final UUID layerId;
  private final SegmentFiles segments;

  /** Ids that were taken and whose extents are not placed yet, nor failed. */
  private final ConcurrentSkipListSet<Long> started = new ConcurrentSkipListSet<>();

  private final ConcurrentHashMap<Long, PlaceRecord> unplaced = new ConcurrentHashMap<>();
  private long nextId;
  private long reserved;
  private ExtentState.Mark settled;
  private ExtentState.@Nullable Mark candidate;
  private boolean closed;

  /** Goes on from the state of the last opening; {@code nextId} may be higher than it says. */
  ExtentLedger(MetaStore meta, long layer, SegmentFiles segments, ExtentState state, long nextId) {
    this.meta = meta;
    this.layer = layer;
    this.layerId = state.layerId();
    this.segments = segments;
    this.nextId = nextId;
    this.reserved = nextId;
    this.settled = state.settled();
    this.closed = state.closed();
  }

  /** A fresh id, to be followed by {@link #appended} or {@link #failed}. */
  synchronized long takeId() throws IOException {
    if (nextId >= reserved) {
      long end = (nextId / BLOCK + 1) * BLOCK;
      write(new ExtentState(layerId, false, end, settled, settled.tail()));
      reserved = end;
      closed = false;
    }
    started.add(nextId);
    return nextId++;
  }

  /**
   * Something is about to be appended that takes no id; what it leaves is looked for after a crash.
   */
  synchronized void reopen() throws IOException {
    if (closed) {
      write(new ExtentState(layerId, false, nextId, settled, settled.tail()));
      closed = false;
    }
  }

  /** No mark moves over what is appended until {@link #letGo}. */
  void hold() {
    started.add(HELD);
  }

  void letGo() {
    started.remove(HELD);
  }

  /** What lies in files below this number is placed and durable, or was freed. */
  synchronized int settledFile() {
    return settled.tail().file();
  }

  void failed(long id) {
    started.remove(id);
  }

  /** An extent was appended; {@link #placed} ends its waiting. */
  void appended(long id, PlaceRecord place) {
    unplaced.put(id, place);
  }

  void placed(long id) {
    unplaced.remove(id);
    started.remove(id);
  }

  Optional<PlaceRecord> unplaced(long id) {
    return Optional.ofNullable(unplaced.get(id));
  }

  /** To be called before a sync of the segment files; its end is told to {@link #synced}. */
  synchronized Optional<ExtentState.Mark> beforeSync() {
    // The tail first: an extent whose id is taken after the mark's then lies behind the mark's
    // tail.
    SegmentPlace tail = segments.tail();
    long id = nextId;
    ExtentState.Mark ready = candidate;
    if (ready == null || hasStartedBelow(ready.id())) {
      candidate = ready == null ? new ExtentState.Mark(id, tail) : ready;
      return Optional.empty();
    }
    candidate = new ExtentState.Mark(id, tail);
    return Optional.of(ready);
  }

  synchronized void synced(ExtentState.Mark mark) {
    if (mark.isAfter(settled)) {
      settled = mark;
    }
  }

  /**
   * Records an orderly end, if anything was appended; everything must be synced and placed or dead.
   */
  synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    SegmentPlace tail = segments.tail();
    boolean isSettled = started.isEmpty();
    ExtentState.Mark mark = isSettled ? new ExtentState.Mark(nextId, tail) : settled;
    write(new ExtentState(layerId, isSettled, nextId, mark, tail));
    closed = true;
  }

  private void write(ExtentState state) throws IOException {
    try (MetaBatch batch = meta.batch()) {
      batch.put(Table.LAYER, ExtentKeys.state(layer), state.encode());
      meta.commit(batch);
    }
  }

  private boolean hasStartedBelow(long id) {
    return started.lower(id) != null;
  }
}
