package ctrenc.overlay.extent;

/**
 * Sizes of the extent store of one layer.
 *
 * @param segmentFileLength bytes at which the next segment file is begun
 * @param cachedExtents extents whose place and key are kept at hand
 * @param readOnceFrom reads of at least so many bytes of ciphertext go past the kernel's cache,
 *     where their plaintext will be; {@link #NEVER} takes all through it
 * @param freedTogether dead extents that are gathered before their blocks are given back
 * @param movedTogether bytes of extents that a compaction copies before it gives back the old ones:
 *     what it needs of a disk that is full
 */
public record ExtentTuning(
    long segmentFileLength,
    int cachedExtents,
    int readOnceFrom,
    int freedTogether,
    int movedTogether) {

  public static final int NEVER = Integer.MAX_VALUE;

  public ExtentTuning {
    if (segmentFileLength < ExtentStore.MAX_LENGTH
        || cachedExtents < 1
        || readOnceFrom < 1
        || freedTogether < 1
        || movedTogether < 1) {
      throw new IllegalArgumentException("the sizes of the extent store do not fit together");
    }
  }

  /**
   * Small reads go through the kernel's cache, whose readahead serves the next ones; what is read
   * half an extent at a time is faster read by itself.
   */
  public static ExtentTuning standard() {
    return new ExtentTuning(1L << 30, 4096, 512 << 10, 256, 8 << 20);
  }
}
