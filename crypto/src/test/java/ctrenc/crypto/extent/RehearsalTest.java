package ctrenc.crypto.extent;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.crypto.secret.SecretMemory;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class RehearsalTest {

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void endsWithEveryKeyGone() {
    CountingMemory memory = new CountingMemory();
    Rehearsal.run(memory);
    assertThat(memory.taken.get()).isPositive();
    assertThat(memory.held.get()).isZero();
  }

  @Test
  void stopsWhenItsThreadIsToEnd() {
    CountingMemory memory = new CountingMemory();
    Thread.currentThread().interrupt();
    Rehearsal.run(memory);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(memory.taken.get()).isLessThan(10);
    assertThat(memory.held.get()).isZero();
  }

  private static final class CountingMemory implements SecretMemory {

    private final SecretMemory memory = SecretMemory.plain();
    private final AtomicInteger taken = new AtomicInteger();
    private final AtomicInteger held = new AtomicInteger();

    @Override
    public MemorySegment allocate(long size) {
      taken.incrementAndGet();
      held.incrementAndGet();
      return memory.allocate(size);
    }

    @Override
    public void release(MemorySegment segment) {
      held.decrementAndGet();
      memory.release(segment);
    }
  }
}
