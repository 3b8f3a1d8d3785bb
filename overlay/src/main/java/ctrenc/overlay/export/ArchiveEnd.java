package ctrenc.overlay.export;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Tells whether an archive came to its end: tar writes two blocks of zeros there, and the library
 * takes an archive without them for whole. Not thread-safe.
 */
final class ArchiveEnd extends FilterInputStream {

  private static final int END = 1024;

  private static final int SKIPPED = 64 << 10;

  private long zeros;

  ArchiveEnd(InputStream in) {
    super(in);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int count = in.read(bytes, offset, length);
    int last = offset + count - 1;
    while (last >= offset && bytes[last] == 0) {
      last--;
    }
    if (count > 0) {
      int trailing = offset + count - 1 - last;
      zeros = trailing == count ? zeros + count : trailing;
    }
    return count;
  }

  @Override
  public long skip(long count) throws IOException {
    return Math.max(0, read(new byte[(int) Math.min(count, SKIPPED)]));
  }

  /** Reads what is left, and expects the end mark. */
  void check() throws IOException {
    byte[] rest = new byte[END];
    while (read(rest, 0, rest.length) >= 0) {
      // What follows the end mark is padding.
    }
    if (zeros < END) {
      throw new EOFException("the archive has no end mark");
    }
  }
}
