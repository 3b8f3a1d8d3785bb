package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.sys.RunningThread;
import ctrenc.overlay.sys.SystemCallException;
import org.jspecify.annotations.Nullable;

/**
 * What a thread that serves requests is at, for those who look whether it needs help. One thread
 * begins and ends; any may ask.
 */
public final class Stint {

  /** So long a thread must have been at one request; most take a hundredth of it. */
  public static final long MOMENT_NANOS = 2_000_000;

  /** After so long others need not wait for a thread that computes, either. */
  private static final long PATIENCE_NANOS = 50_000_000;

  /** Known from {@link #enter} on. */
  private volatile @Nullable RunningThread thread;

  /** When the request in work began (System.nanoTime), 0 between requests. */
  private volatile long since;

  /** To be called first, by the thread that serves. */
  public void enter() throws SystemCallException {
    thread = RunningThread.current();
  }

  /** A request begins, or the next one; returns the time. */
  public long begin() {
    long now = System.nanoTime() | 1;
    since = now;
    return now;
  }

  /** No request is in work. */
  public void end() {
    since = 0;
  }

  public boolean isBusy() {
    return since != 0;
  }

  /** At one request for longer than a moment, whatever the reason. */
  public boolean isLong() {
    return nanos() > MOMENT_NANOS;
  }

  /**
   * Another thread could do something for those who wait: this one waits for something other than a
   * processor, or others have waited long enough for what it computes.
   */
  public boolean isHeldUp() {
    long nanos = nanos();
    RunningThread known = thread;
    return nanos > PATIENCE_NANOS || (nanos > MOMENT_NANOS && known != null && known.isWaiting());
  }

  private long nanos() {
    long began = since;
    return began == 0 ? 0 : System.nanoTime() - began;
  }
}
