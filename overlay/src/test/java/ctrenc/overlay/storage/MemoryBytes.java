package ctrenc.overlay.storage;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.BitSet;
import java.util.random.RandomGenerator;

/**
 * The bytes of one file, those that would survive power loss, and which sectors differ.
 * Thread-safe.
 */
final class MemoryBytes {

  private static final int SECTOR = 512;
  private static final int BLOCK = 4096;

  private byte[] bytes;
  private int size;
  private byte[] durable;
  private final BitSet unsynced = new BitSet();
  private final BitSet holes = new BitSet();

  MemoryBytes(byte[] bytes) {
    this.bytes = bytes.clone();
    this.size = bytes.length;
    this.durable = bytes.clone();
  }

  synchronized MemoryBytes afterPowerLoss(RandomGenerator random) {
    int low = Math.min(size, durable.length);
    int high = Math.max(size, durable.length);
    int found = low + random.nextInt(high - low + 1);
    byte[] kept = Arrays.copyOf(durable, found);
    for (int sector = unsynced.nextSetBit(0);
        sector >= 0;
        sector = unsynced.nextSetBit(sector + 1)) {
      int from = sector * SECTOR;
      int to = Math.min(Math.min(from + SECTOR, size), found);
      if (from < to && random.nextBoolean()) {
        System.arraycopy(bytes, from, kept, from, to - from);
      }
    }
    return new MemoryBytes(kept);
  }

  synchronized byte[] copy() {
    return Arrays.copyOf(bytes, size);
  }

  synchronized int read(MemorySegment target, long position) {
    int length = (int) Math.min(target.byteSize(), Math.max(0, size - position));
    if (length > 0) {
      MemorySegment.copy(bytes, (int) position, target, ValueLayout.JAVA_BYTE, 0, length);
    }
    return length;
  }

  synchronized void write(MemorySegment source, long position) {
    int from = Math.toIntExact(position);
    int length = Math.toIntExact(source.byteSize());
    grow(from + length);
    MemorySegment.copy(source, ValueLayout.JAVA_BYTE, 0, bytes, from, length);
    touch(from, from + length);
    holes.clear(from / BLOCK, (from + length + BLOCK - 1) / BLOCK);
  }

  synchronized int size() {
    return size;
  }

  synchronized long storedBytes() {
    int blocks = (size + BLOCK - 1) / BLOCK;
    return (long) (blocks - holes.get(0, blocks).cardinality()) * BLOCK;
  }

  synchronized void truncate(int length) {
    grow(length);
    Arrays.fill(bytes, length, size, (byte) 0);
    touch(length, size);
    size = length;
  }

  synchronized void sync() {
    durable = copy();
    unsynced.clear();
  }

  synchronized void punch(int position, int length) {
    int end = Math.min(size, position + length);
    if (position < end) {
      Arrays.fill(bytes, position, end, (byte) 0);
      touch(position, end);
    }
    int first = (position + BLOCK - 1) / BLOCK;
    int last = (position + length) / BLOCK;
    if (first < last) {
      holes.set(first, last);
    }
  }

  private void grow(int length) {
    if (length > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(length, 2 * bytes.length));
    }
    size = Math.max(size, length);
  }

  private void touch(int from, int to) {
    unsynced.set(from / SECTOR, (to + SECTOR - 1) / SECTOR);
  }
}
