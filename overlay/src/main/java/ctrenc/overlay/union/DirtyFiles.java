package ctrenc.overlay.union;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The files with gathered bytes, oldest first. One thread seals each a while after its first write;
 * writers seal the oldest ones themselves when too much is gathered. Thread-safe.
 */
final class DirtyFiles implements AutoCloseable {

  /**
   * The thread that seals wakes at most so often in one delay, however many files come one by one;
   * a file may wait this part of the delay longer for it.
   */
  private static final int WAKES_PER_DELAY = 16;

  /** So many delays without a write are a rest. */
  private static final int REST_DELAYS = 5;

  private final Sealer sealer;
  private final NodeTable nodes;
  private final WriteGather gather;
  private final Gate gate;
  private final ErrnoTranslator errors;
  private final long delayNanos;
  private final long most;
  private final ReentrantLock guard = new ReentrantLock();
  private final Condition arrived = guard.newCondition();
  private final ArrayDeque<Queued> queue = new ArrayDeque<>();
  private final Thread timer;
  private boolean closed;

  /** {@code most} is the number of gathered bytes of all files from which on writers seal. */
  DirtyFiles(
      Sealer sealer,
      NodeTable nodes,
      WriteGather gather,
      Gate gate,
      ErrnoTranslator errors,
      Duration delay,
      long most) {
    this.sealer = sealer;
    this.nodes = nodes;
    this.gather = gather;
    this.gate = gate;
    this.errors = errors;
    this.delayNanos = delay.toNanos();
    this.most = most;
    this.timer = Thread.ofVirtual().name("seal").unstarted(this::serve);
  }

  void start() {
    timer.start();
  }

  /**
   * Queues a file that has just been written to, if it is not queued yet. The caller holds a
   * reference of its own.
   */
  void add(FileContent content) {
    if (content.claimQueue()) {
      enqueue(content);
    }
  }

  private void enqueue(FileContent content) {
    guard.lock();
    try {
      boolean idle = queue.isEmpty();
      queue.addLast(new Queued(content, System.nanoTime() + delayNanos));
      if (idle) {
        arrived.signal();
      }
    } finally {
      guard.unlock();
    }
  }

  /**
   * Seals the oldest files until there is room again.
   *
   * @throws IOException if a file could not be sealed; it is queued again, and nothing of it is
   *     lost
   */
  void makeRoom() throws IOException {
    while (gather.bytes() >= most || gather.isCrowded()) {
      FileContent oldest = takeOldest();
      if (oldest == null) {
        return;
      }
      seal(oldest);
    }
  }

  /** Seals every file; the first failure is thrown after all have been tried. */
  void sealAll() throws IOException {
    IOException failure = null;
    int count = size();
    for (int i = 0; i < count; i++) {
      FileContent content = takeOldest();
      if (content == null) {
        break;
      }
      try {
        seal(content);
      } catch (IOException e) {
        failure = failure == null ? e : failure;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  int size() {
    guard.lock();
    try {
      return queue.size();
    } finally {
      guard.unlock();
    }
  }

  private @Nullable FileContent takeOldest() {
    guard.lock();
    try {
      Queued first = queue.pollFirst();
      return first == null ? null : first.content;
    } finally {
      guard.unlock();
    }
  }

  /**
   * Seals a file that was taken from the queue; where that fails, every handle will be told, and
   * the file is queued again.
   */
  private void seal(FileContent content) throws IOException {
    Node node = content.node();
    content.leaveQueue();
    if (!node.hold()) {
      return;
    }
    try {
      sealer.seal(node);
    } catch (IOException e) {
      content.fail(errors.errnoOf(e));
      add(content);
      throw e;
    } finally {
      nodes.release(node, 1);
    }
  }

  private void serve() {
    try {
      while (awaitDue()) {
        try {
          gate.among(this::sealOldest);
        } catch (IOException e) {
          errors.log("gathered bytes not sealed yet", e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Seals one file. It leaves the queue inside the gate, so that nothing is on its way when the
   * stack is frozen.
   */
  private void sealOldest() throws IOException {
    FileContent oldest = takeOldest();
    if (oldest != null) {
      seal(oldest);
    }
  }

  /** Waits for a file whose time has come; false at the end. */
  private boolean awaitDue() throws InterruptedException {
    guard.lock();
    try {
      while (!closed) {
        Queued first = queue.peekFirst();
        if (first == null) {
          awaitArrival();
          continue;
        }
        long left = first.due - System.nanoTime();
        if (left <= 0) {
          return true;
        }
        arrived.await(Math.max(left, delayNanos / WAKES_PER_DELAY), TimeUnit.NANOSECONDS);
      }
      return false;
    } finally {
      guard.unlock();
    }
  }

  /** Waits for a file; where none comes for a while, memory is given back meanwhile. */
  private void awaitArrival() throws InterruptedException {
    if (!arrived.await(REST_DELAYS * delayNanos, TimeUnit.NANOSECONDS) && queue.isEmpty()) {
      gather.rest();
      while (queue.isEmpty() && !closed) {
        arrived.await();
      }
    }
  }

  /** Ends the thread. What is still queued is the caller's to seal before. */
  @Override
  public void close() {
    guard.lock();
    try {
      closed = true;
      arrived.signalAll();
    } finally {
      guard.unlock();
    }
    boolean interrupted = false;
    while (timer.isAlive()) {
      try {
        timer.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private record Queued(FileContent content, long due) {}
}
