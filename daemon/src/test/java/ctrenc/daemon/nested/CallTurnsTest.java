package ctrenc.daemon.nested;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.daemon.refusal.RefusedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What the calls of one container may cost, however many there are. */
class CallTurnsTest {

  private static final int MORE = 9;
  private static final long WORK = TimeUnit.MILLISECONDS.toNanos(20);

  private final CallTurns turns = new CallTurns();

  /** Takes the processor for a while. */
  private static int work() {
    long end = System.nanoTime() + WORK;
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    return 1;
  }

  @Test
  void restIsAsLongAsTheWorkAsksFor() throws Exception {
    int calls = 6;
    AtomicInteger atOnce = new AtomicInteger();
    long began = System.nanoTime();
    try (ExecutorService callers = Executors.newCachedThreadPool()) {
      List<Future<Integer>> all = new ArrayList<>();
      for (int i = 0; i < calls; i++) {
        all.add(
            callers.submit(
                () ->
                    turns.take(
                        () -> {
                          assertThat(atOnce.incrementAndGet()).isEqualTo(1);
                          int done = work();
                          atOnce.decrementAndGet();
                          return done;
                        })));
      }
      for (Future<Integer> one : all) {
        assertThat(one.get(60, TimeUnit.SECONDS)).isEqualTo(1);
      }
    }
    long least = calls * WORK + (calls - 1) * CallTurns.REST * WORK;
    assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(least);
  }

  /** Who has the turn goes on when all others have come and those who are too many are refused. */
  @Test
  void tooManyAreRefusedAndTheOthersAnswered() throws Exception {
    CountDownLatch refused = new CountDownLatch(MORE);
    AtomicInteger answered = new AtomicInteger();
    try (ExecutorService callers = Executors.newCachedThreadPool()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < CallTurns.MOST + MORE; i++) {
        all.add(callers.submit(() -> call(refused, answered)));
      }
      for (Future<?> one : all) {
        one.get(60, TimeUnit.SECONDS);
      }
    }
    assertThat(answered).hasValue(CallTurns.MOST);
    assertThat(turns.take(() -> 5)).isEqualTo(5);
  }

  private Void call(CountDownLatch refused, AtomicInteger answered) throws Exception {
    try {
      turns.take(
          () -> {
            awaitAll(refused);
            return answered.incrementAndGet();
          });
    } catch (RefusedException e) {
      assertThat(e.kind()).isEqualTo(RefusedException.Kind.FULL);
      refused.countDown();
    }
    return null;
  }

  private static void awaitAll(CountDownLatch latch) throws IOException {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @Test
  void callThatFailsEndsItsTurn() throws Exception {
    assertThatThrownBy(
            () ->
                turns.take(
                    () -> {
                      throw new IOException("no");
                    }))
        .hasMessage("no");
    assertThat(turns.take(() -> 5)).isEqualTo(5);
  }
}
