package ctrenc.overlay.subvolume;

import java.util.List;

/**
 * What a check of a store saw.
 *
 * @param layers those in the catalog
 * @param extents those whose references were counted
 * @param unread encrypted layers whose references were not counted, because their key is not in
 *     memory or they are being written to
 * @param problems empty if all is in order
 */
public record CheckReport(
    int images,
    int subvolumes,
    int snapshots,
    int layers,
    long extents,
    int unread,
    List<Problem> problems) {

  /** Something that must not be; {@code subject} is what it is about. */
  public record Problem(String subject, String text) {}
}
