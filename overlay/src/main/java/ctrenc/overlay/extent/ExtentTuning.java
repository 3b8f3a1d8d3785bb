package ctrenc.overlay.extent;

/**
 * Sizes of the extent store of one layer.
 *
 * @param segmentFileLength bytes at which the next segment file is begun
 * @param cachedExtents extents whose place and key are kept at hand
 * @param dropReadsFrom reads of at least so many bytes of ciphertext are not kept in the kernel's
 *     cache, where their plaintext already is; {@link #NEVER} keeps all
 * @param freedTogether dead extents that are gathered before their blocks are given back
 * @param movedTogether bytes of extents that a compaction copies before it gives back the old ones:
 *     what it needs of a disk that is full
 */
public record ExtentTuning(
    long segmentFileLength,
    int cachedExtents,
    int dropReadsFrom,
    int freedTogether,
    int movedTogether) {

  public static final int NEVER = Integer.MAX_VALUE;

  public ExtentTuning {
    if (segmentFileLength < ExtentStore.MAX_LENGTH
        || cachedExtents < 1
        || dropReadsFrom < 1
        || freedTogether < 1
        || movedTogether < 1) {
      throw new IllegalArgumentException("the sizes of the extent store do not fit together");
    }
  }

  /**
   * Keeps ciphertext in the kernel's cache: dropping it after a read of 128 KiB took as long as
   * opening it, and the kernel evicts what was read once before anything else. Reading past the
   * cache was no faster: nobody reads ahead there while a thread opens what it has.
   */
  public static ExtentTuning standard() {
    return new ExtentTuning(1L << 30, 4096, NEVER, 256, 8 << 20);
  }
}
