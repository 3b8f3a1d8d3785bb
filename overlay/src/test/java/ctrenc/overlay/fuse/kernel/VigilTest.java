package ctrenc.overlay.fuse.kernel;

import static ctrenc.overlay.fuse.kernel.FakeProcessors.Word.CLOSE;
import static ctrenc.overlay.fuse.kernel.FakeProcessors.Word.KEEP_AWAKE;
import static ctrenc.overlay.fuse.kernel.FakeProcessors.Word.LET_SLEEP;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class VigilTest {

  private final FakeProcessors processors = new FakeProcessors();
  private final Vigil vigil = new Vigil(processors);

  @AfterEach
  void close() throws Exception {
    vigil.close();
  }

  @Test
  void processorsAreAwakeFromTheFirstRequestUntilALull() throws Exception {
    vigil.note(System.nanoTime());
    processors.await(2);
    assertThat(processors.words()).containsExactly(KEEP_AWAKE, LET_SLEEP);
    assertThat(vigil.isKept()).isFalse();
  }

  @Test
  void theyStayAwakeWhileRequestsCome() {
    // Requests at a later time, so that a test that is itself kept waiting does not make a lull.
    vigil.note(System.nanoTime() + 60_000_000_000L);
    long end = System.nanoTime() + 5 * Vigil.LULL_NANOS;
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    assertThat(processors.words()).containsExactly(KEEP_AWAKE);
    assertThat(vigil.isKept()).isTrue();
  }

  @Test
  void aSecondRunWakesThemAgain() throws Exception {
    vigil.note(System.nanoTime());
    processors.await(2);
    vigil.note(System.nanoTime());
    processors.await(4);
    assertThat(processors.words()).containsExactly(KEEP_AWAKE, LET_SLEEP, KEEP_AWAKE, LET_SLEEP);
  }

  @Test
  void whatFailedIsTriedWithTheNextRequest() throws Exception {
    processors.fail(1);
    vigil.note(System.nanoTime());
    assertThat(vigil.isKept()).isFalse();
    vigil.note(System.nanoTime());
    processors.await(1);
    assertThat(processors.words().getFirst()).isEqualTo(KEEP_AWAKE);
  }

  @Test
  void theySleepWhenItIsClosedAndAreNotWokenAfterwards() throws Exception {
    vigil.note(System.nanoTime() + 60_000_000_000L);
    vigil.close();
    vigil.note(System.nanoTime());
    assertThat(processors.words()).containsExactly(KEEP_AWAKE, LET_SLEEP, CLOSE);
  }

  @Test
  void requestsThatComeOneAfterTheOtherAreARun() {
    Pace pace = new Pace(Optional.of(vigil));
    long now = System.nanoTime();
    for (int i = 0; i < Pace.RUN - 1; i++) {
      pace.note(now);
      now += Pace.NEAR_NANOS - 1;
    }
    assertThat(processors.words()).isEmpty();
    pace.note(now);
    assertThat(processors.words()).startsWith(KEEP_AWAKE);
  }

  @Test
  void requestsThatComeNowAndThenAreNone() {
    Pace pace = new Pace(Optional.of(vigil));
    long now = System.nanoTime();
    for (int i = 0; i < 10 * Pace.RUN; i++) {
      now += i % (Pace.RUN - 1) == 0 ? Pace.NEAR_NANOS : 1;
      pace.note(now);
    }
    assertThat(processors.words()).isEmpty();
  }
}
