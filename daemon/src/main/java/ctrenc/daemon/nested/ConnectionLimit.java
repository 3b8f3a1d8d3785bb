package ctrenc.daemon.nested;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many connections the daemon holds for one container, at all depths: each takes a descriptor
 * of it. Thread-safe.
 */
public final class ConnectionLimit {

  /** One for each container that may run in it, and as many again for other calls. */
  public static final int MOST = 512;

  private final AtomicInteger open = new AtomicInteger();

  /** Counts one that was opened; false if it is to be closed, since there are as many as may. */
  public boolean begin() {
    if (open.incrementAndGet() > MOST) {
      open.decrementAndGet();
      return false;
    }
    return true;
  }

  /** One that was counted has ended. */
  public void end() {
    open.decrementAndGet();
  }
}
