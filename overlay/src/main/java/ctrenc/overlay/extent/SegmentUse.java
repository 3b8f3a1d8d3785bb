package ctrenc.overlay.extent;

import ctrenc.overlay.meta.MetaReader;
import ctrenc.overlay.segment.SegmentFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How much of a segment file lives. Thread-safe, as nothing of it changes.
 *
 * @param file its number
 * @param length bytes, holes included
 * @param live bytes of envelopes that the location map names
 */
record SegmentUse(int file, long length, long live) {

  /** So many files that were ended early, by a crash or a compaction, become one. */
  private static final int MOST_SHORT = 8;

  /** A file is short that is this part of what one may be. */
  private static final int SHORT = 64;

  /** Of all files of a layer, which may be in use; no key is needed. */
  static List<SegmentUse> of(SegmentFiles segments, MetaReader meta, long layer)
      throws IOException {
    Map<Integer, Long> live = new HashMap<>();
    PlaceScan.walk(
        meta,
        layer,
        0,
        (extent, stored) -> {
          PlaceRecord record = PlaceRecord.decode(stored, "extent " + extent);
          live.merge(record.place().file(), (long) record.place().length(), Long::sum);
        });
    List<SegmentUse> uses = new ArrayList<>();
    for (int file : segments.numbers()) {
      uses.add(new SegmentUse(file, segments.length(file), live.getOrDefault(file, 0L)));
    }
    return uses;
  }

  /**
   * Those that a rule has rewritten. What is left takes at most twice what lives in it, and the
   * rule's bytes, for each file.
   *
   * @param limit bytes at which the next segment file is begun
   */
  static List<SegmentUse> chosen(List<SegmentUse> uses, CompactionRule rule, long limit) {
    int newest = uses.isEmpty() ? 0 : uses.getLast().file();
    long shortOnes = uses.stream().filter(use -> use.isShort(newest, limit)).count();
    return uses.stream()
        .filter(
            use ->
                use.isMostlyDead(rule)
                    || use.isLeftOver(newest)
                    || (shortOnes >= MOST_SHORT && use.isShort(newest, limit)))
        .toList();
  }

  private boolean isMostlyDead(CompactionRule rule) {
    long dead = length - SegmentFiles.FIRST_OFFSET - live;
    return dead >= rule.leastDead() && dead > live;
  }

  private boolean isLeftOver(int newest) {
    return live == 0 && file != newest;
  }

  private boolean isShort(int newest, long limit) {
    return file != newest && length < limit / SHORT;
  }
}
