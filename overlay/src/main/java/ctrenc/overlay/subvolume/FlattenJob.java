package ctrenc.overlay.subvolume;

import ctrenc.overlay.union.MergeWatch;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One run of a flattening: how far it is, and what is asked of it. Thread-safe; its {@link #run}
 * carries it out, in a thread of its own.
 */
final class FlattenJob implements MergeWatch, Runnable {

  /** Carries out the work; {@code watch} follows it. Returns how much less the store takes. */
  interface Work {
    long run(FlattenJob watch) throws IOException;
  }

  private final FlattenRecord flatten;
  private final long storedBytes;
  private final Work work;
  private final AtomicLong inodes = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private final Object guard = new Object();
  private volatile CompletableFuture<Void> ended = CompletableFuture.completedFuture(null);
  private FlattenInfo.State state = FlattenInfo.State.RUNNING;
  private String problem = "";
  private long reclaimed;
  private boolean stopped;

  FlattenJob(FlattenRecord flatten, long storedBytes, Work work) {
    this.flatten = flatten;
    this.storedBytes = storedBytes;
    this.work = work;
  }

  void start() {
    ended = CompletableFuture.runAsync(this, Thread.ofPlatform().daemon().name("flatten")::start);
  }

  @Override
  public void run() {
    try {
      long less = work.run(this);
      synchronized (guard) {
        reclaimed = less;
        state = FlattenInfo.State.DONE;
        guard.notifyAll();
      }
    } catch (StoppedException e) {
      end(FlattenInfo.State.PAUSED, "");
    } catch (IOException | RuntimeException e) {
      end(FlattenInfo.State.FAILED, String.valueOf(e.getMessage()));
    }
  }

  private void end(FlattenInfo.State last, String why) {
    synchronized (guard) {
      state = last;
      problem = why;
      guard.notifyAll();
    }
  }

  /** Lets the work end at the next step, and waits for that. */
  void stop() {
    synchronized (guard) {
      stopped = true;
    }
    ended.join();
  }

  /** Returns when the work has ended, or that time has passed. */
  void await(Duration most) throws InterruptedException {
    long until = System.nanoTime() + most.toNanos();
    synchronized (guard) {
      long left = most.toMillis();
      while (state == FlattenInfo.State.RUNNING && left > 0) {
        guard.wait(left);
        left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
      }
    }
  }

  boolean isRunning() {
    synchronized (guard) {
      return state == FlattenInfo.State.RUNNING;
    }
  }

  FlattenInfo info() {
    synchronized (guard) {
      return new FlattenInfo(
          flatten.subvolume(),
          state,
          flatten.withBase(),
          inodes.get(),
          bytes.get(),
          storedBytes,
          reclaimed,
          problem);
    }
  }

  @Override
  public void carriedInode() throws IOException {
    inodes.incrementAndGet();
    goOn();
  }

  @Override
  public void carriedBytes(long count) throws IOException {
    bytes.addAndGet(count);
    goOn();
  }

  private void goOn() throws StoppedException {
    synchronized (guard) {
      if (stopped) {
        throw new StoppedException();
      }
    }
  }

  /** The work was asked to stop. */
  private static final class StoppedException extends IOException {
    private static final long serialVersionUID = 1;

    StoppedException() {
      super("The flattening was stopped.");
    }
  }
}
