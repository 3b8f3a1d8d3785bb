package ctrenc.overlay.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.locks.Condition;
import org.junit.jupiter.api.Test;

/** How long who works has to wait, by a clock that goes on only while he does. */
class PaceTest {

  private static final long SECOND = 1_000_000_000L;
  private static final int RATE = 1000;

  private final HeldTime time = new HeldTime();
  private final Pace pace = new Pace(RATE, time);

  /** Goes on by a part of what is waited for, as a condition may return early. */
  private static final class HeldTime implements Pace.Time {
    private static final int PARTS = 3;

    private long now = 7 * SECOND;
    private long waited;
    private Runnable meanwhile = () -> {};
    private boolean isInterrupted;

    @Override
    public long now() {
      return now;
    }

    @Override
    public void await(Condition sooner, long nanos) throws InterruptedException {
      if (isInterrupted) {
        throw new InterruptedException();
      }
      meanwhile.run();
      long part = Math.min(nanos, nanos / PARTS + 1);
      now += part;
      waited += part;
    }
  }

  private long waitedFor(long bytes) throws IOException {
    time.waited = 0;
    pace.moved(bytes);
    return time.waited;
  }

  @Test
  void everyByteIsPaidFor() throws IOException {
    assertThat(waitedFor(RATE)).isEqualTo(SECOND);
    assertThat(waitedFor(RATE / 4)).isEqualTo(SECOND / 4);
    assertThat(waitedFor(3 * RATE)).isEqualTo(3 * SECOND);
  }

  @Test
  void timeThatTheWorkTakesIsNotWaitedForAgain() throws IOException {
    pace.moved(RATE);
    time.now += SECOND / 20;
    assertThat(waitedFor(RATE / 10)).isEqualTo(SECOND / 20);
  }

  @Test
  void idleTimeIsSavedForAMomentAlone() throws IOException {
    time.now += 100 * SECOND;
    assertThat(waitedFor(RATE)).isEqualTo(SECOND - SECOND / 10);
    assertThat(waitedFor(RATE)).isEqualTo(SECOND);
  }

  @Test
  void nobodyWaitsWithoutARate() throws IOException {
    Pace unlimited = new Pace(0, time);
    unlimited.moved(Long.MAX_VALUE);
    unlimited.moved(Long.MAX_VALUE);
    assertThat(time.waited).isZero();
  }

  @Test
  void whoWaitsEndsWhenTheWorkIsCancelled() {
    time.meanwhile = pace::cancel;
    assertThatThrownBy(() -> pace.moved(RATE)).isInstanceOf(InterruptedIOException.class);
    assertThat(time.waited).isLessThan(SECOND / 2);
    assertThatThrownBy(() -> pace.moved(0)).isInstanceOf(InterruptedIOException.class);
  }

  @Test
  void whoIsInterruptedStaysSo() {
    time.isInterrupted = true;
    assertThatThrownBy(() -> pace.moved(RATE)).isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
  }
}
