package ctrenc.overlay.export;

import ctrenc.overlay.storage.FollowedMemory;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * Gathers bytes to large pieces, and writes them to a channel on a second thread. Used by one
 * thread.
 */
final class OutputBehind implements AutoCloseable {

  /** So much is written at once, while it is in the processor's cache. */
  private static final int PIECE = 512 << 10;

  private final WritableByteChannel out;
  private final FollowedMemory memory = new FollowedMemory("ctr-enc-output", PIECE);
  private int filled;

  OutputBehind(WritableByteChannel out) {
    this.out = out;
  }

  /** Takes the bytes; closing it does nothing. */
  OutputStream stream() {
    return new OutputStream() {
      @Override
      public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        gather(bytes, offset, length);
      }
    };
  }

  private void gather(byte[] bytes, int offset, int length) throws IOException {
    int done = 0;
    while (done < length) {
      int count = Math.min(length - done, PIECE - filled);
      MemorySegment.copy(
          bytes, offset + done, memory.piece(), ValueLayout.JAVA_BYTE, filled, count);
      done += count;
      filled += count;
      if (filled == PIECE) {
        handOver();
      }
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
