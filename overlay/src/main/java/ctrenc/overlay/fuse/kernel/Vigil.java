package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.KeepAwake;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps idle processors awake while requests come one after the other, and lets them sleep a moment
 * after the last. Caller and daemon wait for each other all the time, each on a processor that has
 * nothing else to do, and both wait for the disk. Thread-safe.
 */
public final class Vigil implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Vigil.class);

  /** The idle processors of the machine. */
  interface Processors extends AutoCloseable {

    void keepAwake() throws IOException;

    void letSleep() throws IOException;

    @Override
    void close() throws IOException;
  }

  /** After so long without a request processors may sleep. */
  static final long LULL_NANOS = 4_000_000;

  private final Processors processors;
  private final Semaphore begun = new Semaphore(0);
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile long latest;
  private volatile boolean isKept;

  Vigil(Processors processors) {
    this.processors = processors;
    Thread.ofPlatform().name("fuse-vigil").daemon().start(this::watch);
  }

  /** One for the processors of this machine; empty where they are to sleep as they like. */
  public static Optional<Vigil> over(KeepAwake wish) {
    return HostProcessors.find(wish).map(Vigil::new);
  }

  /** A request of a run came, at a time of System.nanoTime. */
  public void note(long now) {
    latest = now;
    if (!isKept) {
      begin();
    }
  }

  boolean isKept() {
    return isKept;
  }

  private synchronized void begin() {
    if (isKept || isClosed()) {
      return;
    }
    try {
      processors.keepAwake();
      isKept = true;
      begun.release();
    } catch (IOException e) {
      LOG.atWarn().setCause(e).log("Processors could not be kept awake");
    }
  }

  private void watch() {
    try {
      while (!isClosed()) {
        begun.acquire();
        boolean isOver = false;
        while (!isOver) {
          isOver = closed.await(LULL_NANOS, TimeUnit.NANOSECONDS) || isLull(System.nanoTime());
        }
        end();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isLull(long now) {
    return now - latest >= LULL_NANOS;
  }

  private synchronized void end() {
    if (!isKept) {
      return;
    }
    isKept = false;
    try {
      processors.letSleep();
    } catch (IOException e) {
      LOG.atWarn().setCause(e).log("Processors could not be let sleep again");
    }
  }

  private boolean isClosed() {
    return closed.getCount() == 0;
  }

  /** Lets processors sleep, now and whatever comes. */
  @Override
  public void close() throws IOException {
    closed.countDown();
    begun.release();
    end();
    processors.close();
  }
}
