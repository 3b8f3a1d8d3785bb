package ctrenc.overlay.extent;

/**
 * What a compaction did.
 *
 * @param files segment files that are gone
 * @param movedBytes of extents that lie elsewhere now
 * @param storedBefore bytes of segment files as the disk counts them, when it began; others may
 *     have written and freed meanwhile
 * @param storedAfter the same when it ended
 */
public record CompactionResult(long files, long movedBytes, long storedBefore, long storedAfter) {

  public static CompactionResult nothing() {
    return new CompactionResult(0, 0, 0, 0);
  }

  public CompactionResult plus(CompactionResult other) {
    return new CompactionResult(
        files + other.files,
        movedBytes + other.movedBytes,
        storedBefore + other.storedBefore,
        storedAfter + other.storedAfter);
  }
}
