package ctrenc.daemon.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.daemon.refusal.RefusedException;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class UnlockPaceTest {

  private final AtomicLong millis = new AtomicLong(1_000_000);
  private final UnlockPace pace = new UnlockPace(() -> Instant.ofEpochMilli(millis.get()));
  private final UUID root = UUID.randomUUID();

  @Test
  void eachWrongSecretDoublesTheWaitUpToAMinute() throws RefusedException {
    long[] waits = {1, 2, 4, 8, 16, 32, 60, 60};
    for (long seconds : waits) {
      pace.attempt(root);
      millis.addAndGet(seconds * 1000 - 1);
      assertThatThrownBy(() -> pace.attempt(root))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("wait 1 seconds");
      millis.addAndGet(1);
    }
  }

  @Test
  void aRightSecretEndsIt() throws RefusedException {
    pace.attempt(root);
    pace.opened(root);
    pace.attempt(root);
    assertThat(millis.get()).isEqualTo(1_000_000);
  }

  @Test
  void otherRootsDoNotWait() throws RefusedException {
    pace.attempt(root);
    pace.attempt(UUID.randomUUID());
    assertThatThrownBy(() -> pace.attempt(root)).isInstanceOf(RefusedException.class);
  }
}
