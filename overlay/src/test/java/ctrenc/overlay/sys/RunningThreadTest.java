package ctrenc.overlay.sys;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RunningThreadTest {

  @Test
  void waitsForWhatIsNotAProcessorAndNotAfterItsEnd() throws Exception {
    CompletableFuture<RunningThread> known = new CompletableFuture<>();
    CountDownLatch latch = new CountDownLatch(1);
    Thread thread =
        Thread.ofPlatform()
            .name("a name) R with a bracket")
            .start(
                () -> {
                  known.complete(current());
                  await(latch);
                });
    RunningThread running = known.get();
    while (!running.isWaiting()) {
      Thread.onSpinWait();
    }
    latch.countDown();
    thread.join();
    assertThat(running.isWaiting()).isFalse();
  }

  @Test
  void doesNotWaitWhileItComputes() throws Exception {
    CompletableFuture<RunningThread> known = new CompletableFuture<>();
    AtomicBoolean over = new AtomicBoolean();
    Thread thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  known.complete(current());
                  while (!over.get()) {
                    Thread.onSpinWait();
                  }
                });
    RunningThread running = known.get();
    // The VM may stop it for moments of its own, such as a collection, so it need not be seen
    // computing at once; were it never, the time of this test would run out.
    int computing = 0;
    while (computing < 100) {
      computing += running.isWaiting() ? 0 : 1;
    }
    over.set(true);
    thread.join();
  }

  private static RunningThread current() {
    try {
      return RunningThread.current();
    } catch (SystemCallException e) {
      throw new AssertionError(e);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
