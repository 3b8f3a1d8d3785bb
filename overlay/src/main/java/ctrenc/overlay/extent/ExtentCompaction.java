package ctrenc.overlay.extent;

import ctrenc.overlay.segment.EnvelopeHeader;
import ctrenc.overlay.segment.EnvelopeReader;
import ctrenc.overlay.segment.EnvelopeReader.Found;
import ctrenc.overlay.storage.DiskFullException;
import ctrenc.overlay.storage.Pace;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Rewrites the segment files of a layer that are mostly dead: moves what lives in them behind the
 * newest envelopes, as it is sealed, and removes them. The layer may be in use. One at a time for a
 * layer; not thread-safe.
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

  private final ExtentMoves.Parts parts;
  private final EnvelopeReader envelopes;
  private final Pace pace;
  private final CompactionWatch watch;
  private final ExtentMoves moves;
  private long copied;

  /** {@code envelopes} stay the caller's, who closes them. */
  ExtentCompaction(
      ExtentMoves.Parts parts, EnvelopeReader envelopes, Pace pace, CompactionWatch watch) {
    this.parts = parts;
    this.moves = new ExtentMoves(parts, true);
    this.envelopes = envelopes;
    this.pace = pace;
    this.watch = watch;
  }

  CompactionResult run(CompactionRule rule) throws IOException {
    long before = parts.segments().storedBytes();
    Set<Integer> files = choose(rule);
    if (files.isEmpty()) {
      return new CompactionResult(0, 0, before, before);
    }
    moveAll(files);
    long removed = remove(files);
    return new CompactionResult(
        removed, moves.movedBytes(), before, parts.segments().storedBytes());
  }

  /** Files to which nothing is appended any more, and in which nothing waits to be placed. */
  private Set<Integer> choose(CompactionRule rule) throws IOException {
    // What waits to be freed has its records still, as if it lived.
    parts.reclaimer().freeAll();
    Set<Integer> wanted = wanted(rule);
    if (wanted.isEmpty()) {
      return wanted;
    }
    parts.ledger().reopen();
    wanted.forEach(parts.segments()::end);
    int last = wanted.stream().mapToInt(Integer::intValue).max().orElse(0);
    for (int i = 0; i < SYNCS && parts.ledger().settledFile() <= last; i++) {
      parts.sync().run();
    }
    int settled = parts.ledger().settledFile();
    // What waited to be placed looked dead before.
    wanted.retainAll(wanted(rule));
    wanted.removeIf(file -> file >= settled);
    return wanted;
  }

  private Set<Integer> wanted(CompactionRule rule) throws IOException {
    List<SegmentUse> uses = SegmentUse.of(parts.segments(), parts.meta(), parts.layer());
    return SegmentUse.chosen(uses, rule, parts.tuning().segmentFileLength()).stream()
        .map(SegmentUse::file)
        .collect(Collectors.toCollection(HashSet::new));
  }

  private void moveAll(Set<Integer> files) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory =
          arena.allocate(EnvelopeHeader.LENGTH + EnvelopeHeader.MAX_SEALED_LENGTH);
      PlaceScan.walk(
          parts.meta(),
          parts.layer(),
          0,
          (extent, stored) -> {
            PlaceRecord record = PlaceRecord.decode(stored, "extent " + extent);
            if (files.contains(record.place().file())) {
              move(extent, record, memory);
            }
          });
      commit();
    } finally {
      moves.discard();
    }
  }

  private void move(long extent, PlaceRecord record, MemorySegment memory) throws IOException {
    MemorySegment[] envelope = new MemorySegment[1];
    Found found = envelopes.read(record.place(), length -> envelope[0] = memory.asSlice(0, length));
    if (found instanceof Found.Whole(EnvelopeHeader header)
        && header.extent() == extent
        && header.layer().equals(parts.layerId())
        && header.checksum() == record.checksum()) {
      copy(extent, record, envelope[0]);
    } else if (moves.isAt(extent, record)) {
      watch.damaged(parts.layerId(), extent);
    }
    copied += record.place().length();
    if (copied >= parts.tuning().movedTogether() || moves.size() >= BATCH_EXTENTS) {
      commit();
    }
  }

  private void copy(long extent, PlaceRecord record, MemorySegment envelope) throws IOException {
    try {
      moves.add(extent, record, envelope);
    } catch (DiskFullException e) {
      if (moves.isEmpty()) {
        throw new DiskFullException(
            "The disk is too full to move anything: make room for a few MiB, and try again.", e);
      }
      // What is moved so far makes room.
      commit();
      moves.add(extent, record, envelope);
    }
  }

  private void commit() throws IOException {
    moves.commit();
    long bytes = copied;
    copied = 0;
    pace.moved(bytes);
    watch.moved(bytes);
  }

  private long remove(Set<Integer> files) throws IOException {
    parts.reclaimer().freeAll();
    Set<Integer> empty = new HashSet<>(files);
    for (SegmentUse use : SegmentUse.of(parts.segments(), parts.meta(), parts.layer())) {
      if (use.live() > 0) {
        empty.remove(use.file());
      }
    }
    long removed = 0;
    for (int file : empty) {
      parts.reclaimer().drop(file);
    }
    for (int file : files) {
      removed += parts.segments().exists(file) ? 0 : 1;
    }
    return removed;
  }
}
