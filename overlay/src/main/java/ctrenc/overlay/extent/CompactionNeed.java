package ctrenc.overlay.extent;

/**
 * What a compaction would work on, as far as that can be told from outside.
 *
 * @param files segment files that are to go
 * @param bytes of extents that are to be moved
 */
public record CompactionNeed(long files, long bytes) {

  public CompactionNeed plus(CompactionNeed other) {
    return new CompactionNeed(files + other.files, bytes + other.bytes);
  }
}
