package ctrenc.crypto.secret;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ScratchPoolTest {

  private final AtomicInteger made = new AtomicInteger();
  private final ScratchPool<AtomicBoolean> pool =
      new ScratchPool<>(
          () -> {
            made.incrementAndGet();
            return new AtomicBoolean();
          });

  @Test
  void aThreadFindsWhatItGaveBack() {
    AtomicBoolean first = pool.take();
    pool.give(first, dropped -> {});
    assertThat(pool.take()).isSameAs(first);
    assertThat(made).hasValue(1);
  }

  @Test
  void whatIsLentTwiceIsTwoObjectsAndTooManyAreSurplus() {
    List<AtomicBoolean> lent = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      lent.add(pool.take());
    }
    Map<AtomicBoolean, Boolean> distinct = new IdentityHashMap<>();
    lent.forEach(one -> distinct.put(one, true));
    assertThat(distinct).hasSize(10);
    List<AtomicBoolean> dropped = new ArrayList<>();
    lent.forEach(one -> pool.give(one, dropped::add));
    List<AtomicBoolean> drained = new ArrayList<>();
    pool.drain(drained::add);
    dropped.addAll(drained);
    assertThat(drained).isNotEmpty();
    assertThat(dropped).hasSize(10);
    pool.drain(more -> dropped.add(more));
    assertThat(dropped).hasSize(10);
  }

  @Test
  void noObjectServesTwoThreadsAtOnce() throws InterruptedException {
    AtomicInteger clashes = new AtomicInteger();
    Thread[] threads = new Thread[8];
    for (int i = 0; i < threads.length; i++) {
      threads[i] = Thread.ofPlatform().start(() -> takeAndGive(20_000, clashes));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(clashes).hasValue(0);
    assertThat(made.get()).isLessThan(8 * 20_000 / 10);
  }

  private void takeAndGive(int times, AtomicInteger clashes) {
    for (int i = 0; i < times; i++) {
      AtomicBoolean mine = pool.take();
      if (!mine.compareAndSet(false, true)) {
        clashes.incrementAndGet();
      }
      mine.set(false);
      pool.give(mine, dropped -> {});
    }
  }
}
