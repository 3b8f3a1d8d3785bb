package ctrenc.overlay.extent;

import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.segment.EnvelopeHeader;
import ctrenc.overlay.segment.EnvelopeReader;
import ctrenc.overlay.segment.EnvelopeReader.Found;
import ctrenc.overlay.segment.SegmentFiles;
import ctrenc.overlay.segment.SegmentPlace;
import ctrenc.overlay.storage.DiskFullException;
import ctrenc.overlay.storage.Pace;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Rewrites the segment files of a layer that are mostly dead: moves what lives in them behind the
 * newest envelopes, as it is sealed, and removes them. The layer may be in use. One at a time for a
 * layer; not thread-safe.
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
 *
 * <p>What a crash leaves of a file whose extents were moved is holes, and what was not given back
 * yet: the next compaction finds the file by what lives in it.
 */
final class ExtentCompaction {

  private static final int BATCH_EXTENTS = 1024;

  /**
   * A mark of the ledger is made by one sync and reached by the next; a slow writer holds it up.
   */
  private static final int SYNCS = 3;

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
  private final EnvelopeReader envelopes;
  private final Pace pace;
  private final CompactionWatch watch;
  private final List<Move> moves = new ArrayList<>();
  private long copied;
  private long movedBytes;

  /** {@code envelopes} stay the caller's, who closes them. */
  ExtentCompaction(Parts parts, EnvelopeReader envelopes, Pace pace, CompactionWatch watch) {
    this.parts = parts;
    this.envelopes = envelopes;
    this.pace = pace;
    this.watch = watch;
  }

  CompactionResult run(CompactionRule rule) throws IOException {
    long before = parts.segments.storedBytes();
    Set<Integer> files = choose(rule);
    if (files.isEmpty()) {
      return new CompactionResult(0, 0, before, before);
    }
    moveAll(files);
    long removed = remove(files);
    return new CompactionResult(removed, movedBytes, before, parts.segments.storedBytes());
  }

  /** Files to which nothing is appended any more, and in which nothing waits to be placed. */
  private Set<Integer> choose(CompactionRule rule) throws IOException {
    // What waits to be freed has its records still, as if it lived.
    parts.reclaimer.freeAll();
    Set<Integer> wanted = wanted(rule);
    if (wanted.isEmpty()) {
      return wanted;
    }
    parts.ledger.reopen();
    wanted.forEach(parts.segments::end);
    int last = wanted.stream().mapToInt(Integer::intValue).max().orElse(0);
    for (int i = 0; i < SYNCS && parts.ledger.settledFile() <= last; i++) {
      parts.sync.run();
    }
    int settled = parts.ledger.settledFile();
    // What waited to be placed looked dead before.
    wanted.retainAll(wanted(rule));
    wanted.removeIf(file -> file >= settled);
    return wanted;
  }

  private Set<Integer> wanted(CompactionRule rule) throws IOException {
    List<SegmentUse> uses = SegmentUse.of(parts.segments, parts.meta, parts.layer);
    return SegmentUse.chosen(uses, rule, parts.tuning.segmentFileLength()).stream()
        .map(SegmentUse::file)
        .collect(Collectors.toCollection(HashSet::new));
  }

  private void moveAll(Set<Integer> files) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory =
          arena.allocate(EnvelopeHeader.LENGTH + EnvelopeHeader.MAX_SEALED_LENGTH);
      PlaceScan.walk(
          parts.meta,
          parts.layer,
          0,
          (extent, stored) -> {
            PlaceRecord record = PlaceRecord.decode(stored, "extent " + extent);
            if (files.contains(record.place().file())) {
              move(extent, record, memory);
            }
          });
      commit();
    } finally {
      discard();
    }
  }

  private void move(long extent, PlaceRecord record, MemorySegment memory) throws IOException {
    MemorySegment[] envelope = new MemorySegment[1];
    Found found = envelopes.read(record.place(), length -> envelope[0] = memory.asSlice(0, length));
    if (found instanceof Found.Whole(EnvelopeHeader header)
        && header.extent() == extent
        && header.layer().equals(parts.layerId)
        && header.checksum() == record.checksum()) {
      SegmentPlace place = copy(envelope[0]);
      moves.add(
          new Move(extent, record, new PlaceRecord(place, record.length(), record.checksum())));
    } else if (isAt(extent, record)) {
      watch.damaged(parts.layerId, extent);
    }
    copied += record.place().length();
    if (copied >= parts.tuning.movedTogether() || moves.size() >= BATCH_EXTENTS) {
      commit();
    }
  }

  private SegmentPlace copy(MemorySegment envelope) throws IOException {
    try {
      return append(envelope);
    } catch (DiskFullException e) {
      if (moves.isEmpty()) {
        throw new DiskFullException(
            "The disk is too full to move anything: make room for a few MiB, and try again.", e);
      }
      // What is moved so far makes room.
      commit();
      return append(envelope);
    }
  }

  private SegmentPlace append(MemorySegment envelope) throws IOException {
    parts.ledger.hold();
    return parts.segments.append(envelope);
  }

  private void commit() throws IOException {
    if (!moves.isEmpty()) {
      parts.segments.sync();
      List<Move> ready = List.copyOf(moves);
      // From here on it is not known whether a record names the copies.
      moves.clear();
      parts.reclaimer.move(() -> place(ready));
    }
    parts.ledger.letGo();
    parts.reclaimer.freeAll();
    long bytes = copied;
    copied = 0;
    pace.moved(bytes);
    watch.moved(bytes);
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
      parts.reclaimer.vacate(move.from.place());
      movedBytes += move.from.place().length();
    }
  }

  private boolean isAt(long extent, PlaceRecord record) throws IOException {
    Optional<byte[]> now = PlaceScan.living(parts.meta, parts.layer, extent);
    return now.isPresent() && Arrays.equals(now.get(), record.encode());
  }

  /** Copies that were given up before any record named them. */
  private void discard() {
    moves.forEach(move -> parts.reclaimer.discard(move.to.place()));
    moves.clear();
    parts.ledger.letGo();
  }

  private long remove(Set<Integer> files) throws IOException {
    parts.reclaimer.freeAll();
    Set<Integer> empty = new HashSet<>(files);
    for (SegmentUse use : SegmentUse.of(parts.segments, parts.meta, parts.layer)) {
      if (use.live() > 0) {
        empty.remove(use.file());
      }
    }
    long removed = 0;
    for (int file : empty) {
      parts.reclaimer.drop(file);
    }
    for (int file : files) {
      removed += parts.segments.exists(file) ? 0 : 1;
    }
    return removed;
  }
}
