package ctrenc.overlay.extent;

/**
 * Where a run of a file's bytes lies: {@code length} bytes of an extent of the same layer from
 * {@code from}. {@code seal} is the first 16 bytes of the extent's commitment as two big-endian
 * longs, so that another extent with the same id is refused.
 */
public record ExtentReference(long extent, int from, int length, long sealHigh, long sealLow) {

  /** The part of this reference from {@code skip} on, {@code size} bytes long. */
  public ExtentReference part(int skip, int size) {
    if (skip < 0 || size <= 0 || skip + size > length) {
      throw new IllegalArgumentException("part lies outside of the reference");
    }
    return new ExtentReference(extent, from + skip, size, sealHigh, sealLow);
  }
}
