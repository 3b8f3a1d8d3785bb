package ctrenc.overlay.union;

import static ctrenc.overlay.vfs.FileSystemUser.same;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.extent.ExtentStore;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Gathered ranges against an array and a bit for every byte. */
final class GatherBufferTest {

  private static final int SIZE = 30_000;

  private final AtomicLong total = new AtomicLong();
  private final GatherBuffer buffer = new GatherBuffer(total, new ExtentBuffers());

  private static MemorySegment segment(byte[] bytes) {
    return MemorySegment.ofArray(bytes);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void rangesAreWhatWasPutAndNotDiscarded(long seed) throws IOException {
    Random random = new Random(seed);
    byte[] expected = new byte[SIZE];
    BitSet present = new BitSet(SIZE);
    for (int step = 0; step < 400; step++) {
      int from = random.nextInt(SIZE);
      int length = 1 + random.nextInt(Math.min(SIZE - from, random.nextInt(4) == 0 ? SIZE : 5000));
      if (random.nextInt(3) == 0) {
        buffer.discard(from, from + length);
        present.clear(from, from + length);
      } else {
        byte[] bytes = FileSystemUser.pattern(step, length);
        buffer.put(from, segment(bytes));
        System.arraycopy(bytes, 0, expected, from, length);
        present.set(from, from + length);
      }
      check(expected, present, random);
    }
    buffer.clear();
    assertThat(total).hasValue(0);
    assertThat(buffer.isEmpty()).isTrue();
  }

  private void check(byte[] expected, BitSet present, Random random) throws IOException {
    byte[] seen = new byte[SIZE];
    BitSet offered = new BitSet(SIZE);
    buffer.forEach(
        (offset, bytes, from, length) -> {
          assertThat(offered.nextSetBit((int) offset)).as("ranges come in order").isEqualTo(-1);
          offered.set((int) offset, (int) offset + length);
          System.arraycopy(bytes, from, seen, (int) offset, length);
        });
    assertThat(offered).isEqualTo(present);
    assertThat(buffer.bytes()).isEqualTo(present.cardinality());
    assertThat(total).hasValue(present.cardinality());
    assertThat(buffer.end()).isEqualTo(present.length());
    int from = random.nextInt(SIZE);
    int to = from + random.nextInt(SIZE - from);
    assertThat(buffer.covers(from, to - from))
        .isEqualTo(from == to || present.nextClearBit(from) >= to);
    byte[] copied = new byte[to - from];
    Arrays.fill(copied, (byte) 0x5a);
    buffer.copyTo(from, segment(copied));
    byte[] wanted = new byte[to - from];
    byte[] all = new byte[SIZE];
    for (int i = 0; i < SIZE; i++) {
      all[i] = present.get(i) ? expected[i] : 0;
      if (i >= from && i < to) {
        wanted[i - from] = present.get(i) ? expected[i] : 0x5a;
      }
    }
    same(copied, wanted);
    same(seen, all);
  }

  @Test
  void adjacentWritesFillWholeExtents() {
    byte[] part = new byte[ExtentStore.MAX_LENGTH / 8];
    for (int i = 0; i < 8; i++) {
      assertThat(buffer.put((long) i * part.length, segment(part))).isEqualTo(i == 7);
    }
    buffer.put(8L * part.length, segment(part));
    DirtyBytes full = buffer.splitFull();
    assertThat(full.bytes()).isEqualTo(ExtentStore.MAX_LENGTH);
    assertThat(buffer.bytes()).isEqualTo(part.length);
    assertThat(total).hasValue(9L * part.length);
  }
}
