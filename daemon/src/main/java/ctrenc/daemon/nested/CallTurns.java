package ctrenc.daemon.nested;

import ctrenc.daemon.refusal.RefusedException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets the calls of one container, at all depths, take turns where the daemon pays for what they
 * ask: it derives from passphrases, stores what was written, looks for who uses something, lists
 * what runs, and erases its heap, which holds up everybody. One call is answered at a time, and the
 * next one waits three times as long as that took, a second at most: so one container takes a
 * quarter of a processor where calls are short, however many ask. Thread-safe.
 */
public final class CallTurns {

  /** So many may be under way; each holds a thread. */
  static final int MOST = 32;

  /** For each moment of work, so many of rest. */
  static final int REST = 3;

  private static final long LONGEST_REST = TimeUnit.SECONDS.toNanos(1);

  private final AtomicInteger calls = new AtomicInteger();
  private final ReentrantLock turn = new ReentrantLock(true);

  /** When the next one may begin, as {@link System#nanoTime} has it; used in the turn alone. */
  private long restsUntil = System.nanoTime();

  /** What is done in a turn. */
  @FunctionalInterface
  public interface Call<T> {
    T answer() throws IOException;
  }

  /**
   * Returns what a call answers, when it is its turn.
   *
   * @throws RefusedException if too many wait already
   */
  public <T> T take(Call<T> call) throws IOException {
    try {
      if (calls.incrementAndGet() > MOST) {
        throw RefusedException.full(
            "As many calls of this container are under way as may (%d): try again."
                .formatted(MOST));
      }
      return inTurn(call);
    } finally {
      calls.decrementAndGet();
    }
  }

  private <T> T inTurn(Call<T> call) throws IOException {
    turn.lock();
    try {
      rest();
      long began = System.nanoTime();
      try {
        return call.answer();
      } finally {
        long ended = System.nanoTime();
        restsUntil = ended + Math.min(LONGEST_REST, REST * (ended - began));
      }
    } finally {
      turn.unlock();
    }
  }

  private void rest() throws InterruptedIOException {
    for (long left = restsUntil - System.nanoTime();
        left > 0;
        left = restsUntil - System.nanoTime()) {
      LockSupport.parkNanos(left);
      if (Thread.interrupted()) {
        throw new InterruptedIOException("interrupted while a call waited for its turn");
      }
    }
  }
}
