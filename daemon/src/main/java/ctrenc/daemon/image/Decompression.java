package ctrenc.daemon.image;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import ctrenc.daemon.refusal.RefusedException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/** Finds out by the first bytes how a stream is compressed. */
final class Decompression {

  private static final int BUFFER = 128 * 1024;
  private static final int LONGEST_MARK = 6;
  private static final byte[] GZIP = {0x1f, (byte) 0x8b};
  private static final byte[] ZSTD = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd};
  private static final byte[] XZ = {(byte) 0xfd, '7', 'z', 'X', 'Z', 0};
  private static final byte[] BZIP2 = {'B', 'Z', 'h'};

  private Decompression() {}

  /** The plain bytes of {@code in}; closing the answer closes {@code in}. */
  static InputStream open(InputStream in) throws IOException {
    BufferedInputStream buffered = new BufferedInputStream(in, BUFFER);
    buffered.mark(LONGEST_MARK);
    byte[] start = buffered.readNBytes(LONGEST_MARK);
    buffered.reset();
    if (startsWith(start, GZIP)) {
      return new GZIPInputStream(buffered, BUFFER);
    }
    if (startsWith(start, ZSTD)) {
      return new ZstdInputStreamNoFinalizer(buffered);
    }
    if (startsWith(start, XZ) || startsWith(start, BZIP2)) {
      throw RefusedException.invalid(
          "The archive is compressed with xz or bzip2, which is not read here: compress it with gzip or zstd, or not at all.");
    }
    return buffered;
  }

  private static boolean startsWith(byte[] bytes, byte[] mark) {
    return bytes.length >= mark.length
        && Arrays.equals(bytes, 0, mark.length, mark, 0, mark.length);
  }
}
