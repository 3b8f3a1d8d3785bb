package ctrenc.overlay.extent;

import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.segment.SegmentFiles;
import ctrenc.overlay.segment.SegmentPlace;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Gives extents of a layer other places, as they are sealed, while the layer may be in use: one at
 * a time for a layer. Not thread-safe.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>The copy is durable before the location map names it.
 *   <li>The old bytes stay until the new place is durable, with all that the layer placed before
 *       it, as those of a dead extent do.
 *   <li>No mark of the ledger passes a copy that no record names yet, so a crash leaves none that
 *       the next opening does not find.
 *   <li>An extent that dies meanwhile is not moved, or buried at its new place.
 * </ol>
 */
final class ExtentMoves {

  /** What of an open layer it works with. */
  record Parts(
      MetaStore meta,
      long layer,
      UUID layerId,
      SegmentFiles segments,
      ExtentTuning tuning,
      ExtentLedger ledger,
      ExtentReclaimer reclaimer,
      ExtentCache cache,
      ExtentReclaimer.Step sync) {}

  private record Move(long extent, PlaceRecord from, PlaceRecord to) {}

  private final Parts parts;
  private final boolean vacates;
  private final List<Move> moves = new ArrayList<>();
  private long movedBytes;

  /**
   * @param vacates whether the old bytes are given back; of a place that is not the extent's own
   *     they must not be
   */
  ExtentMoves(Parts parts, boolean vacates) {
    this.parts = parts;
    this.vacates = vacates;
  }

  boolean isEmpty() {
    return moves.isEmpty();
  }

  int size() {
    return moves.size();
  }

  /** Of extents that lie elsewhere now. */
  long movedBytes() {
    return movedBytes;
  }

  /** Writes a copy of an extent; {@code envelope} is native memory. */
  void add(long extent, PlaceRecord from, MemorySegment envelope) throws IOException {
    parts.ledger.hold();
    SegmentPlace place = parts.segments.append(envelope);
    moves.add(new Move(extent, from, new PlaceRecord(place, from.length(), from.checksum())));
  }

  /** Lets the extents be where their copies are, and gives back what they left. */
  void commit() throws IOException {
    if (!moves.isEmpty()) {
      parts.segments.sync();
      List<Move> ready = List.copyOf(moves);
      // From here on it is not known whether a record names the copies.
      moves.clear();
      parts.reclaimer.move(() -> place(ready));
    }
    parts.ledger.letGo();
    parts.reclaimer.freeAll();
  }

  private void place(List<Move> ready) throws IOException {
    List<Move> living = new ArrayList<>();
    try (MetaBatch batch = parts.meta.batch()) {
      for (Move move : ready) {
        if (!parts.reclaimer.isDead(move.extent) && isAt(move.extent, move.from)) {
          batch.put(Table.PLACE, ExtentKeys.extent(parts.layer, move.extent), move.to.encode());
          living.add(move);
        } else {
          parts.reclaimer.discard(move.to.place());
        }
      }
      parts.meta.commit(batch);
    }
    for (Move move : living) {
      parts.cache.remove(move.extent);
      if (vacates) {
        parts.reclaimer.vacate(move.from.place());
      }
      movedBytes += move.from.place().length();
    }
  }

  /** Whether an extent lives, and has this record. */
  boolean isAt(long extent, PlaceRecord record) throws IOException {
    Optional<byte[]> now = PlaceScan.living(parts.meta, parts.layer, extent);
    return now.isPresent() && Arrays.equals(now.get(), record.encode());
  }

  /** Gives up copies that no record names yet. */
  void discard() {
    moves.forEach(move -> parts.reclaimer.discard(move.to.place()));
    moves.clear();
    parts.ledger.letGo();
  }
}
