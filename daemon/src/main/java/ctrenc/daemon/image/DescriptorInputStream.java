package ctrenc.daemon.image;

import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.FileData;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The bytes of an open file, from its start. Owns the descriptor. Not thread-safe, and read by the
 * thread that made it.
 */
final class DescriptorInputStream extends InputStream {

  private static final int BUFFER = 128 * 1024;

  private final Descriptor file;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment buffer = arena.allocate(BUFFER);
  private long offset;

  DescriptorInputStream(Descriptor file) {
    this.file = file;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int at, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    int wanted = Math.min(length, BUFFER);
    int count = (int) FileData.read(file, offset, buffer.asSlice(0, wanted));
    if (count == 0) {
      return -1;
    }
    MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, target, at, count);
    offset += count;
    return count;
  }

  @Override
  public void close() throws IOException {
    if (file.isOpen()) {
      file.close();
      arena.close();
    }
  }
}
