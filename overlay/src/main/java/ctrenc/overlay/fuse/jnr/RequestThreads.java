package ctrenc.overlay.fuse.jnr;

import ctrenc.overlay.fuse.kernel.MountEnd;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that serve one mount. While all are at work one more comes, up to {@link #MOST}, so
 * that slow requests hold up nobody; those that are too many leave. libfuse cannot serve several
 * mounts by the same threads. Thread-safe.
 */
final class RequestThreads implements MountEnd.Serving {

  private static final Logger LOG = LoggerFactory.getLogger(RequestThreads.class);
  private static final int MOST = 32;

  /** So many wait for requests. */
  private static final int SPARE = 2;

  private final Session session;
  private final KernelNodes nodes;
  private final Runnable atEnd;
  private final CountDownLatch end = new CountDownLatch(1);
  private int threads;
  private int waiting;
  private boolean hasEnded;

  /** {@code atEnd} runs when the last thread has left. */
  RequestThreads(Session session, KernelNodes nodes, Runnable atEnd) {
    this.session = session;
    this.nodes = nodes;
    this.atEnd = atEnd;
  }

  synchronized void start() {
    threads++;
    waiting++;
    Thread.ofPlatform().name("fuse-jnr-" + threads).daemon().start(this::serve);
  }

  private void serve() {
    try {
      Session.Seat seat = session.new Seat();
      while (seat.receive()) {
        goToWork();
        seat.process(nodes);
        if (!comeBack()) {
          leave(false);
          return;
        }
      }
      leave(true);
    } catch (RuntimeException | Error bug) {
      LOG.atError().setCause(bug).log("A thread of a mount ended by a bug");
      leave(true);
    }
  }

  private synchronized void goToWork() {
    waiting--;
    if (waiting == 0 && threads < MOST && !hasEnded) {
      start();
    }
  }

  /** False if this thread is one too many. */
  private synchronized boolean comeBack() {
    if (waiting >= SPARE) {
      return false;
    }
    waiting++;
    return true;
  }

  private void leave(boolean mountHasEnded) {
    boolean isLast;
    synchronized (this) {
      threads--;
      hasEnded |= mountHasEnded;
      isLast = threads == 0;
    }
    if (isLast) {
      session.close();
      atEnd.run();
      end.countDown();
    }
  }

  @Override
  public boolean isServed() {
    return end.getCount() > 0;
  }

  @Override
  public boolean awaitEnd(Duration patience) throws InterruptedException {
    return end.await(patience.toNanos(), TimeUnit.NANOSECONDS);
  }
}
