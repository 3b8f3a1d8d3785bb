package ctrenc.daemon;

import ctrenc.daemon.log.FactLog;
import java.util.ArrayDeque;
import java.util.Deque;

/** Parts that end in the reverse of the order in which they began. Not thread-safe. */
final class EndingOrder implements AutoCloseable {

  private static final FactLog LOG = FactLog.of(EndingOrder.class);

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();

  <T extends AutoCloseable> T add(T part) {
    parts.push(part);
    return part;
  }

  /** A part that fails to end does not keep the others. */
  @Override
  public void close() {
    while (!parts.isEmpty()) {
      AutoCloseable part = parts.pop();
      try {
        part.close();
      } catch (Exception e) {
        LOG.failed("part of the daemon did not end", e, "part", part.getClass().getSimpleName());
      }
    }
  }
}
