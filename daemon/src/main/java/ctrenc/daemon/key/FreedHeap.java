package ctrenc.daemon.key;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import ctrenc.daemon.log.FactLog;
import ctrenc.overlay.subvolume.Protectors;
import java.io.IOException;
import java.util.OptionalLong;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Erases what freed objects left on the Java heap, and what requests left in the memory that they
 * passed through. A collector frees memory and moves objects without erasing anything, so names and
 * contents of a root that is gone, and traces of its keys, would stay until something else happens
 * to be put there.
 *
 * <p>Whoever asks while a pass is under way shares the next one with all others that wait.
 * Thread-safe.
 */
public final class FreedHeap implements AutoCloseable {

  private static final FactLog LOG = FactLog.of(FreedHeap.class);

  /** Before a pass that nobody waits for, so that many short containers share one. */
  private static final long REST_SECONDS = 5;

  /** Erases the memory that requests passed through. */
  @FunctionalInterface
  public interface RequestMemory {
    void wipe() throws IOException;
  }

  private final RequestMemory requests;
  private final AtomicLong asked = new AtomicLong();
  private final AtomicBoolean isDue = new AtomicBoolean();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("ctr-enc-freed-heap").daemon(true).factory());

  @GuardedBy("this")
  private final HeapSpaces spaces = new HeapSpaces();

  @GuardedBy("this")
  private long answered;

  /** By System.nanoTime; empty before the first. */
  private volatile OptionalLong lastPass = OptionalLong.empty();

  private FreedHeap(RequestMemory requests) {
    this.requests = requests;
  }

  /** One that erases by itself after each wiping of a KEK, within a few seconds. */
  public static FreedHeap of(RequestMemory requests, Protectors protectors) {
    FreedHeap made = new FreedHeap(requests);
    protectors.watchKeys(made::eraseSoon);
    return made;
  }

  /** Returns when everything that was garbage at the time of the call is erased. */
  public void erase() {
    erase(asked.incrementAndGet());
  }

  /**
   * The same, but without waiting where a pass has just been: a pass holds the whole daemon up for
   * a tenth of a second, so many removals in a row share one every few seconds.
   */
  public void eraseAtPace() {
    OptionalLong last = lastPass;
    if (last.isPresent()
        && System.nanoTime() - last.getAsLong() < TimeUnit.SECONDS.toNanos(REST_SECONDS)) {
      eraseSoon();
    } else {
      erase();
    }
  }

  /** The same without waiting: within a few seconds. */
  public void eraseSoon() {
    asked.incrementAndGet();
    if (isDue.compareAndSet(false, true)) {
      timer.schedule(this::eraseDue, REST_SECONDS, TimeUnit.SECONDS);
    }
  }

  private void eraseDue() {
    isDue.set(false);
    erase(asked.get());
  }

  private synchronized void erase(long mine) {
    if (answered < mine) {
      long now = asked.get();
      wipeRequests();
      long began = System.nanoTime();
      long bytes = spaces.overwriteFree();
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
      LOG.info("freed heap erased", "bytes", bytes, "millis", millis);
      answered = now;
      lastPass = OptionalLong.of(System.nanoTime());
    }
  }

  private void wipeRequests() {
    try {
      requests.wipe();
    } catch (IOException e) {
      LOG.failed("memory of requests was not erased", e);
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
