package ctrenc.overlay.union;

import ctrenc.overlay.extent.ExtentStore;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** Heap arrays of one extent's length, used again and again. Thread-safe. */
final class ExtentBuffers {

  private static final int KEPT = 16;

  private final BlockingQueue<byte[]> free = new ArrayBlockingQueue<>(KEPT);

  byte[] take() {
    byte[] buffer = free.poll();
    return buffer == null ? new byte[ExtentStore.MAX_LENGTH] : buffer;
  }

  /** Leaves all to the collector. */
  void forget() {
    free.clear();
  }

  /** Gives a buffer back; one too many is left to the collector. */
  void give(byte[] buffer) {
    boolean kept = free.offer(buffer);
    assert kept || free.remainingCapacity() == 0;
  }
}
