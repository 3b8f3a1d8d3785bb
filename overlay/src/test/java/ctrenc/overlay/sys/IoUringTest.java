package ctrenc.overlay.sys;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.ValueLayout;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A ring of the kernel's, with submissions that do nothing and with a file that is watched. */
@Timeout(60)
class IoUringTest {

  private static final int USER_DATA = 32;

  @Test
  void everySubmissionIsCompletedOnce() throws Exception {
    try (IoUring ring = new IoUring(4, 64)) {
      for (int number = 1; number <= 40; number++) {
        ring.slot().set(ValueLayout.JAVA_LONG, USER_DATA, number);
      }
      ring.submit();
      Set<Integer> numbers = new HashSet<>();
      long completion;
      while ((completion = ring.take()) != IoUring.NOTHING) {
        assertThat(IoUring.result(completion)).isZero();
        assertThat(numbers.add(IoUring.number(completion))).isTrue();
      }
      assertThat(numbers).hasSize(40).contains(1, 40);
    }
  }

  @Test
  void whatCannotBeDoneIsAnErrno() throws Exception {
    try (IoUring ring = new IoUring(4, 8)) {
      var slot = ring.slot();
      slot.set(ValueLayout.JAVA_BYTE, 0, (byte) 255);
      slot.set(ValueLayout.JAVA_LONG, USER_DATA, 7);
      ring.submitAndAwait();
      long completion = ring.take();
      assertThat(IoUring.number(completion)).isEqualTo(7);
      assertThat(IoUring.result(completion)).isEqualTo(-ErrorNumber.EINVAL);
    }
  }

  @Test
  void severalThreadsTakeEachCompletionOnce() throws Exception {
    try (IoUring ring = new IoUring(64, 4096)) {
      for (int number = 1; number <= 4000; number++) {
        ring.slot().set(ValueLayout.JAVA_LONG, USER_DATA, number);
      }
      ring.submit();
      ConcurrentLinkedQueue<Integer> taken = new ConcurrentLinkedQueue<>();
      Runnable taker =
          () -> {
            long completion;
            while ((completion = ring.take()) != IoUring.NOTHING) {
              taken.add(IoUring.number(completion));
            }
          };
      Thread first = Thread.ofPlatform().start(taker);
      Thread second = Thread.ofPlatform().start(taker);
      first.join();
      second.join();
      assertThat(taken).hasSize(4000).doesNotHaveDuplicates();
    }
  }

  @Test
  void watchedFileIsToldEachTime() throws Exception {
    try (IoUring ring = new IoUring(4, 8);
        EventCounter bell = new EventCounter()) {
      for (int round = 0; round < 3; round++) {
        ring.awaitReadable(bell.descriptor(), 5);
        ring.submitAndAwait(1_000_000);
        assertThat(ring.take()).isEqualTo(IoUring.NOTHING);
        bell.signal();
        ring.submitAndAwait();
        assertThat(IoUring.number(ring.take())).isEqualTo(5);
        bell.clear();
      }
    }
  }
}
