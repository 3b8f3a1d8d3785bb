package ctrenc.overlay.union;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread for work that nobody waits for. It may let a little gather before it begins, so that a
 * burst of small things becomes a few batches. Thread-safe.
 */
final class Background implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Background.class);

  private final Gate gate;
  private final Duration gathering;
  private final Semaphore wanted = new Semaphore(0);
  private final CountDownLatch ending = new CountDownLatch(1);
  private final Thread thread;
  private volatile List<Chore> chores = List.of();
  private volatile boolean closed;

  /** {@code gathering} is how long it waits with its work once it is wanted. */
  Background(Gate gate, Duration gathering) {
    this.gate = gate;
    this.gathering = gathering;
    thread = Thread.ofVirtual().name("background").unstarted(this::serve);
  }

  void start(Chore... work) {
    chores = List.of(work);
    thread.start();
  }

  /** Tells that a chore has something to do. */
  void wake() {
    if (wanted.availablePermits() == 0) {
      wanted.release();
    }
  }

  private void serve() {
    try {
      work();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void work() throws InterruptedException {
    while (!closed) {
      wanted.acquire();
      ending.await(gathering.toMillis(), TimeUnit.MILLISECONDS);
      wanted.drainPermits();
      for (Chore chore : chores) {
        while (!closed && doSome(chore)) {
          Thread.yield();
        }
      }
    }
  }

  private boolean doSome(Chore chore) {
    boolean[] more = new boolean[1];
    try {
      gate.among(() -> more[0] = chore.doSome());
      return more[0];
    } catch (IOException | RuntimeException e) {
      LOG.atWarn().setCause(e).log("background work of a filesystem failed");
      return true;
    }
  }

  /** Returns when the work at hand is done; what is left is left. */
  @Override
  public void close() {
    closed = true;
    ending.countDown();
    wanted.release();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Something to do bit by bit. What fails is not tried again. */
  interface Chore {

    /** Does one batch; returns false if there was nothing to do. */
    boolean doSome() throws IOException;
  }
}
