package ctrenc.overlay.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A second thread does what it is handed, and says what fails. */
@Timeout(60)
class FollowerTest {

  private static final int MOST = 2;

  private final List<Integer> done = new ArrayList<>();

  private static Follower follower() {
    return new Follower("following", MOST);
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new InterruptedIOException();
    }
  }

  private static void awaitWaiting(Thread thread) {
    while (thread.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
  }

  @Test
  void doesStepsInOrderOnOneOtherThread() throws IOException {
    List<Thread> threads = new ArrayList<>();
    try (Follower follower = follower()) {
      for (int i = 0; i < 1000; i++) {
        int number = i;
        follower.follow(
            () -> {
              done.add(number);
              threads.add(Thread.currentThread());
            });
      }
      follower.settle();
      assertThat(done).isEqualTo(IntStream.range(0, 1000).boxed().toList());
      assertThat(threads).containsOnly(threads.getFirst()).doesNotContain(Thread.currentThread());
      assertThat(follower.hasFailed()).isFalse();
    }
  }

  /** So what is handed over is bounded, and with it the memory that it is in. */
  @Test
  void whoHandsOverWaitsWhileTooManyAreNotDone() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch handedOver = new CountDownLatch(MOST + 1);
    try (Follower follower = follower()) {
      Thread user =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      for (int i = 0; i <= MOST; i++) {
                        follower.follow(() -> await(release));
                        handedOver.countDown();
                      }
                      follower.settle();
                    } catch (IOException e) {
                      throw new IllegalStateException(e);
                    }
                  });
      // Who hands over waits for moments elsewhere too: the last one is what it has to wait for.
      while (handedOver.getCount() > 1) {
        Thread.onSpinWait();
      }
      awaitWaiting(user);
      assertThat(handedOver.getCount()).isEqualTo(1);
      release.countDown();
      user.join();
      assertThat(handedOver.getCount()).isZero();
    }
  }

  @Test
  void nothingIsDoneAfterWhatFailedAndWhoIsNextIsTold() throws IOException {
    IOException full = new DiskFullException("full");
    try (Follower follower = follower()) {
      follower.follow(
          () -> {
            throw full;
          });
      assertThatThrownBy(follower::settle).isSameAs(full);
      assertThat(follower.hasFailed()).isTrue();
      assertThatThrownBy(() -> follower.follow(() -> done.add(1)))
          .isInstanceOf(IOException.class)
          .hasCause(full);
      assertThatThrownBy(follower::settle).hasCause(full);
    }
    assertThat(done).isEmpty();
  }

  @Test
  void bugsAndWantOfMemoryAreCarriedToTheCallerToo() throws IOException {
    for (Throwable grave : List.of(new IllegalStateException("bug"), new OutOfMemoryError("no"))) {
      try (Follower follower = follower()) {
        follower.follow(
            () -> {
              if (grave instanceof Error error) {
                throw error;
              }
              throw (RuntimeException) grave;
            });
        assertThatThrownBy(follower::settle).isSameAs(grave);
        assertThatThrownBy(() -> follower.follow(() -> done.add(1))).hasCause(grave);
      }
    }
    assertThat(done).isEmpty();
  }

  @Test
  void closingWaitsForTheStepAtHandAndDropsTheRest() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Follower follower = follower();
    follower.follow(
        () -> {
          begun.countDown();
          await(release);
          done.add(1);
        });
    follower.follow(() -> done.add(2));
    begun.await();
    Thread closing = Thread.ofPlatform().start(follower::close);
    awaitWaiting(closing);
    release.countDown();
    closing.join();
    assertThat(done).containsExactly(1);
  }

  @Test
  void whoIsInterruptedWhileItWaitsStaysSo() throws IOException {
    try (Follower follower = follower()) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> follower.follow(() -> done.add(1)))
          .isInstanceOf(InterruptedIOException.class);
      assertThat(Thread.interrupted()).isTrue();
      follower.follow(() -> done.add(2));
      follower.settle();
    }
    assertThat(done).containsExactly(2);
  }
}
