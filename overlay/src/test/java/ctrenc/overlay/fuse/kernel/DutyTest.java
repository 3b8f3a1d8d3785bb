package ctrenc.overlay.fuse.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DutyTest {

  private static final int WORKERS = 3;
  private static final long SHORT = Duration.ofMillis(1).toNanos();

  private final List<Stint> stints = Stream.generate(Stint::new).limit(WORKERS).toList();
  private final Duty duty = new Duty(stints);
  private final long now = System.nanoTime();

  @Test
  void theFirstIsAlwaysOnDuty() {
    duty.ease(0, now + 2 * Duty.LULL_NANOS);
    assertThat(duty.has(0)).isTrue();
    assertThat(duty.has(1)).isFalse();
  }

  @Test
  void eachCallBringsOneMoreUntilAllAreThere() {
    assertThat(duty.call(now)).isTrue();
    assertThat(duty.has(1)).isTrue();
    assertThat(duty.has(2)).isFalse();
    assertThat(duty.call(now)).isTrue();
    assertThat(duty.has(2)).isTrue();
    assertThat(duty.call(now)).isFalse();
  }

  @Test
  void whoRestsComesWhenCalled() throws Exception {
    CompletableFuture<Void> second = CompletableFuture.runAsync(() -> duty.await(1));
    assertThat(second).isNotDone();
    duty.call(now);
    second.get(20, TimeUnit.SECONDS);
  }

  @Test
  void nobodyLeavesWhileThoseOnDutyDoNotKeepUp() {
    duty.callAll(now);
    duty.ease(2, now + Duty.LULL_NANOS);
    assertThat(duty.has(2)).isTrue();
    duty.ease(2, now + Duty.LULL_NANOS + 1);
    assertThat(duty.has(2)).isFalse();
    assertThat(duty.has(1)).isTrue();
  }

  @Test
  void whoLeavesTakesThoseBehindAlong() {
    duty.callAll(now);
    duty.ease(1, now + Duty.LULL_NANOS + 1);
    assertThat(duty.has(2)).isFalse();
    assertThat(duty.has(1)).isFalse();
    assertThat(duty.has(0)).isTrue();
  }

  @Test
  void whoIsNeededStays() throws Exception {
    duty.call(now);
    stints.getFirst().begin();
    long late = System.nanoTime() + Duty.LULL_NANOS;
    while (!stints.getFirst().isLong()) {
      Thread.onSpinWait();
    }
    duty.judge(1, late);
    duty.ease(1, late + SHORT);
    assertThat(duty.has(1)).isTrue();
    stints.getFirst().end();
    duty.judge(1, late + Duty.LULL_NANOS);
    duty.ease(1, late + Duty.LULL_NANOS + SHORT);
    assertThat(duty.has(1)).isFalse();
  }

  @Test
  void theyAreStuckWhenAllOnDutyAre() {
    assertThat(duty.isStuck()).isFalse();
    stints.getFirst().begin();
    while (!duty.isStuck()) {
      Thread.onSpinWait();
    }
    duty.call(now);
    assertThat(duty.isStuck()).isFalse();
  }
}
