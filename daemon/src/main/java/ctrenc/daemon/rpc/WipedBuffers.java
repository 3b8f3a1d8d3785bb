package ctrenc.daemon.rpc;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledDirectByteBuf;
import io.netty.buffer.UnpooledHeapByteBuf;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Buffers of a connection that are zeroed when they are freed, and never pooled: passphrases and
 * recovery keys pass through them, and what a pool keeps would lie in memory for as long as the
 * daemon runs. Thread-safe.
 */
final class WipedBuffers extends AbstractByteBufAllocator {

  WipedBuffers() {
    super(true);
  }

  @Override
  protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
    return new UnpooledHeapByteBuf(this, initialCapacity, maxCapacity) {
      @Override
      protected void freeArray(byte[] array) {
        Arrays.fill(array, (byte) 0);
        super.freeArray(array);
      }
    };
  }

  @Override
  protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
    return new UnpooledDirectByteBuf(this, initialCapacity, maxCapacity) {
      @Override
      protected void freeDirect(ByteBuffer buffer) {
        MemorySegment.ofBuffer(buffer.duplicate().clear()).fill((byte) 0);
        super.freeDirect(buffer);
      }
    };
  }

  @Override
  public boolean isDirectBufferPooled() {
    return false;
  }
}
