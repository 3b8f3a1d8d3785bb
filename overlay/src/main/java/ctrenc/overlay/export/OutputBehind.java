package ctrenc.overlay.export;

import ctrenc.overlay.storage.FollowedMemory;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * Gathers bytes to large pieces of native memory, and writes them to a channel on a second thread.
 * Used by one thread.
 */
final class OutputBehind implements AutoCloseable {

  /** So much is written at once, while it is in the processor's cache. */
  private static final int ENOUGH = 512 << 10;

  private final WritableByteChannel out;
  private final long longest;
  private final FollowedMemory memory;
  private int filled;

  /**
   * @param longest what is put together at once has at most so many bytes
   */
  OutputBehind(WritableByteChannel out, int longest) {
    this.out = out;
    this.longest = longest;
    this.memory = new FollowedMemory("ctr-enc-output", ENOUGH + (long) longest);
  }

  /** Where the next bytes are put together. What is put there is forgotten unless it is taken. */
  MemorySegment room(int length) {
    if (length > longest) {
      throw new IllegalArgumentException("a part of " + length + " bytes");
    }
    return memory.piece().asSlice(filled, length);
  }

  /** Takes the first bytes of the {@link #room}. */
  void take(int length) throws IOException {
    filled += length;
    if (filled >= ENOUGH) {
      handOver();
    }
  }

  void write(byte[] bytes) throws IOException {
    int done = 0;
    while (done < bytes.length) {
      int count = (int) Math.min(bytes.length - done, longest);
      MemorySegment.copy(bytes, done, room(count), ValueLayout.JAVA_BYTE, 0, count);
      take(count);
      done += count;
    }
  }

  private void handOver() throws IOException {
    memory.handOver(filled, piece -> writeAll(piece.asByteBuffer(), out));
    filled = 0;
  }

  static void writeAll(ByteBuffer bytes, WritableByteChannel out) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  /** Returns when all bytes are in the channel. */
  void end() throws IOException {
    handOver();
    memory.settle();
  }

  /** What is not written yet, is not. */
  @Override
  public void close() {
    memory.close();
  }
}
