package ctrenc.overlay.storage;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/**
 * A second thread that does what it is handed, in order and a few steps behind, so that reading and
 * writing overlap. After a step that fails no other is done, and whoever hands over or waits next
 * is told. Used by one thread, which sees what the steps did after {@link #settle}.
 */
public final class Follower implements AutoCloseable {

  /** Something to do. */
  @FunctionalInterface
  public interface Step {
    void run() throws IOException;
  }

  private final int most;
  private final Semaphore room;
  private final ExecutorService thread;
  private volatile Optional<Throwable> failure = Optional.empty();
  private volatile boolean isClosed;
  private boolean isTold;

  /**
   * @param most steps that are handed over and not done
   */
  public Follower(String name, int most) {
    this.most = most;
    this.room = new Semaphore(most);
    this.thread =
        Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name(name).factory());
  }

  /** Hands a step over, and waits while too many are not done. */
  public void follow(Step step) throws IOException {
    await(1);
    thread.execute(
        () -> {
          try {
            run(step);
          } finally {
            room.release();
          }
        });
  }

  private void run(Step step) {
    if (isClosed || failure.isPresent()) {
      return;
    }
    try {
      step.run();
    } catch (IOException | RuntimeException | Error e) {
      failure = Optional.of(e);
    }
  }

  /** Returns when everything that was handed over is done. */
  public void settle() throws IOException {
    await(most);
    room.release(most);
  }

  private void await(int permits) throws IOException {
    try {
      room.acquire(permits);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("The work was interrupted.");
    }
    if (failure.isPresent()) {
      room.release(permits);
      throw told(failure.get());
    }
  }

  /** The failure as it was, because callers go by its type; from the second time on its cause. */
  private IOException told(Throwable failed) {
    if (isTold) {
      return new IOException("An earlier step failed.", failed);
    }
    isTold = true;
    return switch (failed) {
      case IOException known -> known;
      case RuntimeException ours -> throw ours;
      case Error grave -> throw grave;
      default -> new IOException("A step failed in a way that no step can.", failed);
    };
  }

  /** Whether a step failed. */
  public boolean hasFailed() {
    return failure.isPresent();
  }

  /** Returns when the step at hand is done; those after it are not. Says nothing of a failure. */
  @Override
  public void close() {
    isClosed = true;
    thread.shutdown();
    room.acquireUninterruptibly(most);
    room.release(most);
  }
}
