package ctrenc.overlay.fuse.uring;

import ctrenc.overlay.sys.EventCounter;
import ctrenc.overlay.sys.IoUring;
import ctrenc.overlay.sys.SystemCallException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The ring of one thread, its owner, who alone gives entries to the kernel there. Others leave
 * entries for the owner, and may take completions while he is held up.
 */
final class Station implements AutoCloseable {

  private static final int SUBMISSIONS = 64;
  private static final int COMPLETIONS = 4096;

  /** The number by which the bell is told; entries count from 1. */
  private static final int BELL = 0;

  private final IoUring ring = new IoUring(SUBMISSIONS, COMPLETIONS);
  private final EventCounter bell = new EventCounter();
  private final Queue<Entry> left = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean isRung = new AtomicBoolean();
  private volatile @Nullable Thread owner;

  Station() throws SystemCallException {}

  /** The calling thread is the owner from now on. */
  void open() {
    owner = Thread.currentThread();
  }

  boolean isMine() {
    return Thread.currentThread() == owner;
  }

  /** The owner: puts an entry where the next submission takes it along. */
  void put(Entry entry) throws SystemCallException {
    entry.fill(ring.slot(), this);
  }

  /** Any thread: leaves an entry for the owner, who is told. */
  void leave(Entry entry) throws SystemCallException {
    left.add(entry);
    ringBell();
  }

  void ringBell() throws SystemCallException {
    if (isRung.compareAndSet(false, true)) {
      bell.signal();
    }
  }

  /** Any thread: takes an entry back that was left. */
  @Nullable Entry takeLeft() {
    return left.poll();
  }

  /** The owner: submits what there is, and waits for a completion or the bell. */
  void await() throws SystemCallException {
    prepare();
    ring.submitAndAwait();
  }

  /** The same, for so long at most. */
  void await(long nanos) throws SystemCallException {
    prepare();
    ring.submitAndAwait(nanos);
  }

  private void prepare() throws SystemCallException {
    ring.awaitReadable(bell.descriptor(), BELL);
    Entry entry;
    while ((entry = left.poll()) != null) {
      put(entry);
    }
  }

  /**
   * Any thread: takes a completion of an entry, {@link IoUring#NOTHING} if there is none. It may
   * have taken the bell, so what was left has to be looked for afterwards.
   */
  long take() {
    long completion;
    while ((completion = ring.take()) != IoUring.NOTHING && IoUring.number(completion) == BELL) {
      // In this order: whoever leaves something in between must not rely on a signal that is lost.
      bell.clear();
      isRung.set(false);
    }
    return completion;
  }

  @Override
  public void close() throws SystemCallException {
    ring.close();
    bell.close();
  }
}
