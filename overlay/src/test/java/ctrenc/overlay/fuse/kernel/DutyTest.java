package ctrenc.overlay.fuse.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DutyTest {

  private static final int WORKERS = 3;
  private static final long LATER = Duty.LULL_NANOS + 1;

  private final List<Stint> stints = Stream.generate(Stint::new).limit(WORKERS).toList();
  private final Duty duty = new Duty(stints);
  private final long now = System.nanoTime();

  @Test
  void allWaitAtFirst() {
    assertThat(duty.has(0)).isTrue();
    assertThat(duty.has(WORKERS - 1)).isTrue();
  }

  @Test
  void oneStaysWhileSomebodySyncs() {
    duty.noteSync(now);
    assertThat(duty.has(0)).isTrue();
    assertThat(duty.has(1)).isFalse();
    duty.noteOther(now + Duty.LULL_NANOS);
    assertThat(duty.has(1)).isFalse();
  }

  @Test
  void theOthersComeBackWhenNobodySyncsAnyMore() {
    duty.noteSync(now);
    duty.noteOther(now + LATER);
    assertThat(duty.has(WORKERS - 1)).isTrue();
  }

  @Test
  void whoIsNeededStaysForAWhile() {
    assertThat(duty.call(now)).isFalse();
    duty.noteSync(now + Duty.LULL_NANOS);
    assertThat(duty.has(1)).isTrue();
    duty.noteSync(now + LATER);
    assertThat(duty.has(1)).isFalse();
  }

  @Test
  void whoRestsComesWhenCalled() throws Exception {
    duty.noteSync(now);
    CompletableFuture<Void> second = CompletableFuture.runAsync(() -> duty.await(1));
    assertThat(second).isNotDone();
    assertThat(duty.call(now)).isTrue();
    second.get(20, TimeUnit.SECONDS);
  }

  @Test
  void theyAreStuckWhenAllOnDutyAre() {
    stints.getFirst().begin();
    while (!stints.getFirst().isLong()) {
      Thread.onSpinWait();
    }
    assertThat(duty.isStuck()).isFalse();
    duty.noteSync(now);
    assertThat(duty.isStuck()).isTrue();
    duty.call(now);
    assertThat(duty.isStuck()).isFalse();
  }
}
