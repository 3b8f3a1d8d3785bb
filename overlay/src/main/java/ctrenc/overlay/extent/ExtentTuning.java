package ctrenc.overlay.extent;

/**
 * Sizes of the extent store of one layer.
 *
 * @param segmentFileLength bytes at which the next segment file is begun
 * @param cachedExtents extents whose place and key are kept at hand
 * @param dropReadsFrom reads of at least so many bytes of ciphertext are not kept in the kernel's
 *     cache, where their plaintext already is
 */
public record ExtentTuning(long segmentFileLength, int cachedExtents, int dropReadsFrom) {

  public ExtentTuning {
    if (segmentFileLength < ExtentStore.MAX_LENGTH || cachedExtents < 1 || dropReadsFrom < 1) {
      throw new IllegalArgumentException("the sizes of the extent store do not fit together");
    }
  }

  public static ExtentTuning standard() {
    return new ExtentTuning(1L << 30, 4096, 128 << 10);
  }
}
