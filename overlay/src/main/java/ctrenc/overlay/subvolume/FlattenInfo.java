package ctrenc.overlay.subvolume;

import java.util.UUID;

/**
 * How far a flattening is.
 *
 * @param inodes those that are carried over
 * @param bytes of files' contents that are carried over
 * @param storedBytes what the layers to be merged take on disk; an image's files are not counted
 * @param reclaimedBytes what the store takes less when it is done; negative if it takes more,
 *     because others still hold the merged layers or because an image was carried over
 * @param problem why it failed; else empty
 */
public record FlattenInfo(
    UUID subvolume,
    State state,
    boolean withBase,
    long inodes,
    long bytes,
    long storedBytes,
    long reclaimedBytes,
    String problem) {

  /** Where a flattening is in its life. */
  public enum State {
    RUNNING,
    /** It goes on when it is asked to, or waits for the subvolume to be unlocked. */
    PAUSED,
    DONE,
    /** It is paused because of an error; what it did so far is kept. */
    FAILED
  }
}
