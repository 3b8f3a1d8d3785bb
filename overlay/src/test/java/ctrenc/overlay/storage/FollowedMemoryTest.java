package ctrenc.overlay.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What one thread fills, another writes, whole and in order, out of few pieces of memory. */
@Timeout(60)
class FollowedMemoryTest {

  private static final int CAPACITY = 4096;
  private static final int PIECES = 3;

  private final ByteArrayOutputStream written = new ByteArrayOutputStream();

  private void write(MemorySegment filled) {
    written.writeBytes(filled.toArray(ValueLayout.JAVA_BYTE));
  }

  private static void fill(FollowedMemory memory, byte[] bytes, int from, int length) {
    MemorySegment.copy(bytes, from, memory.piece(), ValueLayout.JAVA_BYTE, 0, length);
  }

  @Test
  void writesWhatWasFilledOutOfFewPieces() throws IOException {
    long seed = new Random().nextLong();
    System.out.println("filled with seed " + seed);
    Random random = new Random(seed);
    byte[] bytes = new byte[200 * CAPACITY];
    random.nextBytes(bytes);
    Set<Long> addresses = new HashSet<>();
    int done = 0;
    try (FollowedMemory memory = new FollowedMemory("followed", CAPACITY)) {
      while (done < bytes.length) {
        int length = Math.min(bytes.length - done, 1 + random.nextInt(CAPACITY));
        addresses.add(memory.piece().address());
        fill(memory, bytes, done, length);
        memory.handOver(length, this::write);
        done += length;
      }
      memory.settle();
    }
    assertThat(written.toByteArray()).isEqualTo(bytes);
    assertThat(addresses).hasSize(PIECES);
  }

  @Test
  void whatComesThenComesAfterWhatWasHandedOver() throws IOException {
    ByteArrayOutputStream seen = new ByteArrayOutputStream();
    try (FollowedMemory memory = new FollowedMemory("followed", CAPACITY)) {
      memory.handOver(CAPACITY, this::write);
      memory.then(() -> seen.write(written.size() / CAPACITY));
      memory.handOver(CAPACITY, this::write);
      memory.settle();
    }
    assertThat(seen.toByteArray()).containsExactly(1);
  }

  @Test
  void nothingIsWrittenAfterWhatFailed() throws IOException {
    IOException full = new DiskFullException("full");
    try (FollowedMemory memory = new FollowedMemory("followed", CAPACITY)) {
      memory.handOver(
          1,
          filled -> {
            throw full;
          });
      assertThatThrownBy(memory::settle).isSameAs(full);
      assertThat(memory.hasFailed()).isTrue();
      assertThatThrownBy(() -> memory.handOver(1, this::write)).hasCause(full);
    }
    assertThat(written.size()).isZero();
  }

  /** The memory goes when nobody writes from it any more. */
  @Test
  void closingWaitsForTheWriteAtHand() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    FollowedMemory memory = new FollowedMemory("followed", CAPACITY);
    memory.handOver(
        CAPACITY,
        filled -> {
          begun.countDown();
          try {
            release.await();
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
          write(filled);
        });
    memory.handOver(1, this::write);
    begun.await();
    Thread closing = Thread.ofPlatform().start(memory::close);
    while (closing.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    release.countDown();
    closing.join();
    assertThat(written.size()).isEqualTo(CAPACITY);
  }
}
