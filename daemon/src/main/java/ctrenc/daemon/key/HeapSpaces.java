package ctrenc.daemon.key;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.ref.Reference;
import java.lang.ref.SoftReference;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * The spaces of the Java heap, whose free parts are overwritten by allocating them: the JVM zeroes
 * what it hands out.
 *
 * <p>Made for the serial collector, which fills each space from its beginning. A full collection
 * slides all that lives to the beginning of the old generation; {@code -XX:MarkSweepDeadRatio=0}
 * has it leave nothing dead among that, to save moving what follows. Old bytes are then left in as
 * much of the new generation as was filled since the last pass, and in the old one up to where it
 * reached before. Once a collection came between, they may be anywhere in the free parts, so all of
 * these are allocated. At most {@value #PIECE} bytes at the end of a space are left out. Buffers of
 * other threads (TLABs) are zeroed whole by {@code -XX:+ZeroTLAB}. Not thread-safe.
 */
final class HeapSpaces {

  private static final int PIECE = 4 << 10;
  private static final int PIECES = 256;
  private static final String NEW = "Eden Space";
  private static final String OLD = "Tenured Gen";

  private long collections;

  /** Returns how many bytes it wrote. */
  long overwriteFree() {
    boolean isScattered = collections != countCollections();
    long fresh = used(NEW);
    long before = used(OLD);
    System.gc();
    long gap = Math.max(0, before - used(OLD));
    long bytes = isScattered ? sum(HeapSpaces::free) : Math.max(fresh, gap);
    List<SoftReference<byte[][]>> held = fill(bytes);
    if (gap == 0) {
      held.clear();
    }
    // Moves what was just allocated into the gap, and lets the next pass begin with an empty space.
    System.gc();
    Reference.reachabilityFence(held);
    collections = countCollections();
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
    return sum(space -> space.getName().equals(name) ? space.getUsage().getUsed() : 0);
  }

  private static long free(MemoryPoolMXBean space) {
    return space.getUsage().getCommitted() - space.getUsage().getUsed();
  }

  private static long sum(ToLongFunction<MemoryPoolMXBean> what) {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(space -> space.getType() == MemoryType.HEAP)
        .mapToLong(what)
        .sum();
  }

  private static long countCollections() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .mapToLong(GarbageCollectorMXBean::getCollectionCount)
        .sum();
  }
}
