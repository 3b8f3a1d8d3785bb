package ctrenc.overlay.fuse.kernel;

import java.util.List;
import java.util.concurrent.Semaphore;

/**
 * How many of a pool's workers wait for requests, the first ones of the list; the others rest. One
 * caller at a time is served best by one thread: the scheduler leaves both on one processor, where
 * a second thread that waits as well takes every request that comes while the first one answers,
 * and with it the caller, to a processor that has to be woken. So a worker is called when those on
 * duty do not keep up, and leaves again when they would have. Thread-safe.
 */
final class Duty {

  /** So long those on duty must have kept up before one of them leaves. */
  static final long LULL_NANOS = 20_000_000;

  private final List<Stint> stints;
  private final List<Semaphore> calls;
  private volatile int count = 1;
  private volatile long pressed = System.nanoTime();

  /**
   * @param stints of the workers, in their order
   */
  Duty(List<Stint> stints) {
    this.stints = List.copyOf(stints);
    this.calls = stints.stream().map(stint -> new Semaphore(0)).toList();
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

  /** Requests wait and those on duty do not keep up; false if nobody was left to be called. */
  boolean call(long now) {
    pressed = now;
    int called = count + 1;
    return called <= calls.size() && raise(called);
  }

  /** Calls everybody, to see the end of something. */
  void callAll(long now) {
    pressed = now;
    raise(calls.size());
  }

  private synchronized boolean raise(int to) {
    int from = count;
    count = Math.max(from, to);
    for (int worker = from; worker < to; worker++) {
      calls.get(worker).release();
    }
    return from < to;
  }

  /** A worker has got a request: it is needed if all before it have been at one for a moment. */
  void judge(int worker, long now) {
    if (worker > 0 && stints.stream().limit(worker).allMatch(Stint::isLong)) {
      pressed = now;
    }
  }

  /**
   * Lets a worker and those behind it rest if nobody has needed them for a while. One that waits
   * for a request at this moment still gets one.
   */
  void ease(int worker, long now) {
    if (worker > 0 && now - pressed > LULL_NANOS) {
      lower(worker);
    }
  }

  private synchronized void lower(int to) {
    count = Math.min(count, to);
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
