package ctrenc.daemon.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.storage.Pace;
import java.io.InterruptedIOException;
import org.junit.jupiter.api.Test;

/** Whoever moves a stream is told by it how fast he may, and whether anybody waits for it. */
class ToldProgressTest {

  @Test
  void itKeepsToThePace() throws Exception {
    long began = System.nanoTime();
    ToldProgress progress = new ToldProgress(() -> false, Pace.of(1_000_000), done -> {});
    for (long done = 0; done <= 300_000; done += 50_000) {
      progress.moved(done);
    }
    assertThat(System.nanoTime() - began).isGreaterThan(190_000_000L);
  }

  @Test
  void aPaceThatIsCancelledEndsIt() {
    Pace pace = Pace.unlimited();
    pace.cancel();
    ToldProgress progress = new ToldProgress(() -> false, pace, done -> {});
    assertThatThrownBy(() -> progress.moved(1)).isInstanceOf(InterruptedIOException.class);
  }

  @Test
  void aCallerWhoIsGoneEndsIt() {
    ToldProgress progress = new ToldProgress(() -> true, Pace.unlimited(), done -> {});
    assertThatThrownBy(() -> progress.moved(1)).isInstanceOf(RefusedException.class);
  }
}
