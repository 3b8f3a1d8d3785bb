package ctrenc.overlay.fuse.kernel;

import java.util.List;
import java.util.concurrent.Semaphore;

/**
 * Which workers of a pool wait for requests: all, or the first alone while one caller makes what it
 * writes durable again and again. Each of its requests that comes while the first worker still
 * answers would wake the second, and take the caller to a processor that sleeps, since all wait for
 * the disk most of the time. The others come back when callers take turns, when the first is stuck
 * in a request, and when nothing has been synced for a while. Thread-safe.
 */
final class Duty {

  /** So long others must not have been needed, or nothing synced. */
  static final long LULL_NANOS = 20_000_000;

  private final List<Stint> stints;
  private final List<Semaphore> calls;
  private volatile int count;
  private volatile long needed = System.nanoTime() - 2 * LULL_NANOS;
  private volatile long synced = needed;

  /**
   * @param stints of the workers, in their order
   */
  Duty(List<Stint> stints) {
    this.stints = List.copyOf(stints);
    this.calls = stints.stream().map(stint -> new Semaphore(0)).toList();
    this.count = stints.size();
  }

  /** Whether a worker is to wait for requests. */
  boolean has(int worker) {
    return worker < count;
  }

  /** Waits until a worker is on duty. */
  void await(int worker) {
    while (!has(worker)) {
      calls.get(worker).acquireUninterruptibly();
    }
  }

  /** Several callers ask at a time, or a request is stuck; false if all were on duty already. */
  boolean call(long now) {
    needed = now;
    return raise();
  }

  /** A caller waits for the disk. Whoever waits for requests at this moment still gets one. */
  void noteSync(long now) {
    synced = now;
    if (count > 1 && now - needed > LULL_NANOS) {
      lower();
    }
  }

  /** A caller asked for something else. */
  void noteOther(long now) {
    if (count < calls.size() && now - synced > LULL_NANOS) {
      raise();
    }
  }

  private synchronized boolean raise() {
    int from = count;
    count = calls.size();
    for (int worker = from; worker < calls.size(); worker++) {
      calls.get(worker).release();
    }
    return from < calls.size();
  }

  private synchronized void lower() {
    count = 1;
  }

  /** Whether all on duty have been at one request for a moment. */
  boolean isStuck() {
    return stints.stream().limit(count).allMatch(Stint::isLong);
  }

  /** Whether one on duty waits for something other than a processor, or computes for ever. */
  boolean isHeldUp() {
    return stints.stream().limit(count).anyMatch(Stint::isHeldUp);
  }
}
