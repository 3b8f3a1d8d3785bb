package ctrenc.overlay.vfs;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * A file's bytes in memory, in blocks of 4 KiB of which only those written are there. Not
 * thread-safe.
 */
final class SparseBytes {

  static final int BLOCK = 4096;

  private final TreeMap<Long, byte[]> blocks = new TreeMap<>();
  private long size;

  long size() {
    return size;
  }

  int blockCount() {
    return blocks.size();
  }

  int read(long offset, MemorySegment target) {
    int length = (int) Math.max(0, Math.min(target.byteSize(), size - offset));
    int done = 0;
    while (done < length) {
      long at = offset + done;
      int within = (int) (at % BLOCK);
      int count = Math.min(BLOCK - within, length - done);
      byte[] block = blocks.get(at / BLOCK);
      if (block == null) {
        target.asSlice(done, count).fill((byte) 0);
      } else {
        MemorySegment.copy(block, within, target, ValueLayout.JAVA_BYTE, done, count);
      }
      done += count;
    }
    return length;
  }

  void write(long offset, MemorySegment source) {
    int length = (int) source.byteSize();
    int done = 0;
    while (done < length) {
      long at = offset + done;
      int within = (int) (at % BLOCK);
      int count = Math.min(BLOCK - within, length - done);
      byte[] block = blocks.computeIfAbsent(at / BLOCK, index -> new byte[BLOCK]);
      MemorySegment.copy(source, ValueLayout.JAVA_BYTE, done, block, within, count);
      done += count;
    }
    size = Math.max(size, offset + length);
  }

  void resize(long newSize) {
    if (newSize < size) {
      zero(newSize, size - newSize);
    }
    size = newSize;
  }

  /** Makes a range read as zeros and gives whole blocks back. */
  void zero(long offset, long length) {
    long end = offset + length;
    long firstWhole = (offset + BLOCK - 1) / BLOCK;
    long lastWhole = end / BLOCK;
    if (firstWhole > lastWhole) {
      clear(offset, end);
      return;
    }
    clear(offset, firstWhole * BLOCK);
    clear(lastWhole * BLOCK, end);
    blocks.subMap(firstWhole, lastWhole).clear();
  }

  private void clear(long from, long to) {
    byte[] block = blocks.get(from / BLOCK);
    if (block != null && to > from) {
      Arrays.fill(block, (int) (from % BLOCK), (int) ((to - 1) % BLOCK) + 1, (byte) 0);
    }
  }

  /** Makes room: blocks of the range are there from now on. */
  void allocate(long offset, long length) {
    for (long index = offset / BLOCK; index * BLOCK < offset + length; index++) {
      blocks.computeIfAbsent(index, unused -> new byte[BLOCK]);
    }
  }

  long seekData(long offset) throws ErrnoException {
    Map.Entry<Long, byte[]> next = blocks.ceilingEntry(offset / BLOCK);
    if (offset >= size || next == null || next.getKey() * BLOCK >= size) {
      throw new ErrnoException(Errno.ENXIO);
    }
    return Math.max(offset, next.getKey() * BLOCK);
  }

  long seekHole(long offset) throws ErrnoException {
    if (offset >= size) {
      throw new ErrnoException(Errno.ENXIO);
    }
    long index = offset / BLOCK;
    while (blocks.containsKey(index)) {
      index++;
    }
    return Math.min(size, Math.max(offset, index * BLOCK));
  }
}
