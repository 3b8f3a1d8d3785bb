package ctrenc.overlay.layer;

import ctrenc.overlay.extent.ExtentReference;

/**
 * A run of a file's bytes in one layer: {@code length} bytes from {@code offset} of the file. The
 * kind is stored, never inferred.
 */
public sealed interface FileRun {

  long offset();

  long length();

  default long end() {
    return offset() + length();
  }

  /** Bytes in an extent of the same layer. */
  record Data(long offset, ExtentReference reference) implements FileRun {
    @Override
    public long length() {
      return reference.length();
    }
  }

  /** Zeros that hide what lower layers have there. */
  record Hole(long offset, long length) implements FileRun {}

  /** Small data lying in the inode's own record: the file's first {@code length} bytes. */
  record Inline(long inode, long length) implements FileRun {
    @Override
    public long offset() {
      return 0;
    }
  }

  /** The bytes of a file of an image tree, from its beginning. */
  record HostFile(long inode, long length) implements FileRun {
    @Override
    public long offset() {
      return 0;
    }
  }
}
