package ctrenc.overlay.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class SharedSyncTest {

  @Test
  void coversWhatWasWrittenBeforeTheCallWithFewRuns() throws Exception {
    AtomicLong written = new AtomicLong();
    AtomicLong durable = new AtomicLong();
    AtomicInteger runs = new AtomicInteger();
    SharedSync sync =
        SharedSync.ofFiles(
            () -> {
              runs.incrementAndGet();
              durable.set(written.get());
            });
    AtomicInteger uncovered = new AtomicInteger();
    try (ExecutorService pool = Executors.newFixedThreadPool(8)) {
      List<Future<?>> all = new ArrayList<>();
      for (int t = 0; t < 8; t++) {
        all.add(
            pool.submit(
                () -> {
                  for (int i = 0; i < 500; i++) {
                    long mine = written.incrementAndGet();
                    sync.run();
                    if (durable.get() < mine) {
                      uncovered.incrementAndGet();
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get(60, TimeUnit.SECONDS);
      }
    }
    assertThat(uncovered).hasValue(0);
    assertThat(runs.get()).isLessThanOrEqualTo(8 * 500);
  }

  @Test
  void servesAllWhoCameWhileOneRanWithOneMoreRun() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    AtomicInteger runs = new AtomicInteger();
    SharedSync sync =
        SharedSync.ofFiles(
            () -> {
              if (runs.incrementAndGet() == 1) {
                started.countDown();
                await(release);
              }
            });
    List<Thread> waiting = new ArrayList<>();
    Thread first = Thread.ofPlatform().start(() -> quietly(sync));
    await(started);
    for (int i = 0; i < 5; i++) {
      waiting.add(Thread.ofPlatform().start(() -> quietly(sync)));
    }
    while (!waiting.stream().allMatch(thread -> thread.getState() == Thread.State.WAITING)) {
      Thread.onSpinWait();
    }
    release.countDown();
    first.join();
    for (Thread thread : waiting) {
      thread.join();
    }
    assertThat(runs).hasValue(2);
  }

  @Test
  void neverForgetsAFailure() {
    AtomicInteger runs = new AtomicInteger();
    SharedSync sync =
        SharedSync.ofFiles(
            () -> {
              if (runs.incrementAndGet() == 1) {
                throw new DiskFullException("no room");
              }
            });
    assertThatThrownBy(sync::run).isInstanceOf(DiskFullException.class);
    assertThatThrownBy(sync::run).isInstanceOf(DiskFullException.class);
    assertThat(runs).hasValue(1);
  }

  @Test
  void forgivesAnEngineThatRecovers() throws IOException {
    AtomicInteger runs = new AtomicInteger();
    SharedSync sync =
        SharedSync.ofEngine(
            () -> {
              if (runs.incrementAndGet() == 1) {
                throw new DiskFullException("no room");
              }
            });
    assertThatThrownBy(sync::run).isInstanceOf(DiskFullException.class);
    sync.run();
    assertThat(runs).hasValue(2);
  }

  private static void quietly(SharedSync sync) {
    try {
      sync.run();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
