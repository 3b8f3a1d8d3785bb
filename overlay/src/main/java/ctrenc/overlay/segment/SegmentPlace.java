package ctrenc.overlay.segment;

/**
 * Where an envelope, header and sealed bytes, lies in the segment files of a layer.
 *
 * @param file number of the segment file, from 1
 * @param offset of the header, in bytes
 * @param length of header and sealed bytes
 */
public record SegmentPlace(int file, long offset, int length) {

  public long end() {
    return offset + length;
  }

  /** The file's name in the directory of its layer. */
  public String fileName() {
    return SegmentFile.nameOf(file);
  }

  /** Whether the other begins where this one ends. */
  boolean isBefore(SegmentPlace other) {
    return file == other.file && end() == other.offset;
  }
}
