package ctrenc.overlay.extent;

import ctrenc.overlay.segment.SegmentFiles;
import ctrenc.overlay.segment.SegmentPlace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Dead ranges of segment files, joined with their neighbours, so that blocks that several dead
 * extents share are given back too. Not thread-safe. Forgets the lowest ranges of a file when there
 * are too many: compaction finds them.
 */
final class DeadSpace {

  private static final int BLOCK = 4096;
  private static final int MAX_RANGES = 16_384;

  private final SegmentFiles segments;

  /** By segment file: start to end of each range; no two touch. */
  private final Map<Integer, TreeMap<Long, Long>> ranges = new HashMap<>();

  DeadSpace(SegmentFiles segments) {
    this.segments = segments;
  }

  /** Gives back what can be given back now that this range is dead too. */
  void add(int file, long from, long to) throws IOException {
    if (!segments.exists(file)) {
      // It was lost or taken away, and with it what the extents in it had.
      ranges.remove(file);
      return;
    }
    TreeMap<Long, Long> ofFile = ranges.computeIfAbsent(file, number -> new TreeMap<>());
    Range joined = join(ofFile, from, to);
    long start = joined.start;
    long end = joined.end;
    if (start <= SegmentFiles.FIRST_OFFSET && end == segments.finalLength(file)) {
      ranges.remove(file);
      segments.delete(file);
      return;
    }
    punch(file, Math.max(up(start), down(from)), Math.min(down(end), up(to)));
    if (ofFile.size() > MAX_RANGES) {
      ofFile.pollFirstEntry();
    }
  }

  /** One call for each run of neighbours: giving back is a transaction of the filesystem. */
  void addAll(List<SegmentPlace> places) throws IOException {
    List<SegmentPlace> inOrder = new ArrayList<>(places);
    inOrder.sort(
        Comparator.comparingInt(SegmentPlace::file).thenComparingLong(SegmentPlace::offset));
    SegmentPlace first = inOrder.getFirst();
    long end = first.end();
    for (SegmentPlace place : inOrder) {
      if (place.file() != first.file() || place.offset() > end) {
        add(first.file(), first.offset(), end);
        first = place;
      }
      end = place.end();
    }
    add(first.file(), first.offset(), end);
  }

  /** Deletes a file in which nothing lives and to which nothing is appended. */
  void drop(int file) throws IOException {
    if (segments.exists(file)) {
      add(file, SegmentFiles.FIRST_OFFSET, segments.length(file));
    }
  }

  /** Adds a range to those that it touches, and returns the joined one. */
  private static Range join(TreeMap<Long, Long> ranges, long from, long to) {
    long start = from;
    long end = to;
    Map.Entry<Long, Long> before = ranges.floorEntry(from);
    if (before != null && before.getValue() >= from) {
      start = before.getKey();
      end = Math.max(end, before.getValue());
    }
    Map.Entry<Long, Long> after = ranges.ceilingEntry(start);
    while (after != null && after.getKey() <= end) {
      end = Math.max(end, after.getValue());
      ranges.remove(after.getKey());
      after = ranges.ceilingEntry(start);
    }
    ranges.put(start, end);
    return new Range(start, end);
  }

  private void punch(int file, long from, long to) throws IOException {
    if (from < to) {
      segments.punch(file, from, to - from);
    }
  }

  private static long up(long offset) {
    return (offset + BLOCK - 1) / BLOCK * BLOCK;
  }

  private static long down(long offset) {
    return offset / BLOCK * BLOCK;
  }

  private record Range(long start, long end) {}
}
