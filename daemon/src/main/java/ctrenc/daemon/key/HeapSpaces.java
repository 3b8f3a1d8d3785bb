package ctrenc.daemon.key;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;
import java.lang.ref.Reference;
import java.lang.ref.SoftReference;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * The spaces of the Java heap. What is free of them is given back to the system, or overwritten by
 * allocating it: the JVM zeroes what it hands out.
 *
 * <p>Made for the serial collector, which fills each space from its beginning. A full collection
 * slides all that lives to the beginning of the old generation; {@code -XX:MarkSweepDeadRatio=0}
 * has it leave nothing dead among that, to save moving what follows, and {@code
 * -XX:MaxHeapFreeRatio} with {@code -XX:-ShrinkHeapInSteps} has it give back at once nearly all
 * that follows, so that the daemon does not stay as large as it once was, either. The rest, and the
 * new generation, which keeps its size, are filled. At most {@value #PIECE} bytes at the end of a
 * space are left out. Buffers of other threads (TLABs) are zeroed whole by {@code -XX:+ZeroTLAB}.
 * Not thread-safe.
 */
final class HeapSpaces {

  private static final int PIECE = 4 << 10;
  private static final int PIECES = 256;
  private static final String NEW = "Eden Space";
  private static final String BETWEEN = "Survivor Space";
  private static final String OLD = "Tenured Gen";

  /** Returns how many bytes it wrote. */
  long overwriteFree() {
    System.gc();
    // Two collections of the new generation fill both spaces of survivors, and the old generation
    // with what does not fit there.
    long bytes = 2 * (committed(NEW) + committed(BETWEEN)) + committed(OLD) - used(OLD);
    List<SoftReference<byte[][]>> held = fill(bytes);
    Reference.reachabilityFence(held);
    held.clear();
    System.gc();
    return bytes;
  }

  /** What is held softly is given up before another thread runs out of memory. */
  private static List<SoftReference<byte[][]>> fill(long bytes) {
    List<SoftReference<byte[][]>> held = new ArrayList<>();
    for (long filled = 0; filled < bytes; filled += (long) PIECES * PIECE) {
      byte[][] pieces = new byte[PIECES][];
      held.add(new SoftReference<>(pieces));
      for (int i = 0; i < PIECES; i++) {
        pieces[i] = new byte[PIECE];
      }
    }
    return held;
  }

  private static long used(String name) {
    return sum(name, MemoryUsage::getUsed);
  }

  private static long committed(String name) {
    return sum(name, MemoryUsage::getCommitted);
  }

  private static long sum(String name, ToLongFunction<MemoryUsage> what) {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(space -> space.getName().equals(name))
        .map(MemoryPoolMXBean::getUsage)
        .mapToLong(what)
        .sum();
  }
}
