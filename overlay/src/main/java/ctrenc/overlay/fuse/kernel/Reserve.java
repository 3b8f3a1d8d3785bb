package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.kernel.DeviceChannel.Received;
import ctrenc.overlay.sys.EventCounter;
import ctrenc.overlay.sys.SystemCallException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Threads for the time in which every worker waits: for a disk, a lock, a flood of bytes. One of
 * them is the lookout: the kernel wakes it when a request comes and no worker is waiting for one.
 * If the workers then get nowhere for a moment, it calls one that rests; if none does, it passes
 * the lookout on and serves a request itself. While they all compute, more threads would only take
 * their processors and caches.
 */
final class Reserve implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Reserve.class);

  /** All there are, of which one root has half at most. */
  static final int THREADS = 16;

  /**
   * The longest time that the lookout does not look when it was woken in vain before: a worker is
   * about to wait, but has not done so when the next request comes, thousands of times a second.
   */
  private static final long MOST_PAUSE_NANOS = 16_000_000;

  private final Duty duty;
  private final Watch watch;
  private final ThreadPoolExecutor threads = LeavingThreads.pool(THREADS, "fuse-reserve-");
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final AtomicLong helped = new AtomicLong();

  Reserve(Duty duty, EventCounter stop) throws SystemCallException {
    this.duty = duty;
    watch = new Watch(0, stop);
  }

  Watch watch() {
    return watch;
  }

  void start() {
    threads.execute(this::lookOut);
  }

  /** How many requests were served here. */
  long helped() {
    return helped.get();
  }

  private void lookOut() {
    try (Mailbox mailbox = new Mailbox()) {
      Watch.Post post;
      long pause = Stint.MOMENT_NANOS;
      while ((post = watch.await()) != null) {
        if (watch.wasEnd()) {
          watch.remove(post);
        } else if (callsInVain() && help(post, mailbox)) {
          return; // Somebody else looks out by now.
        } else if (stopped.await(pause, TimeUnit.NANOSECONDS)) {
          break;
        }
        pause = duty.isStuck() ? Stint.MOMENT_NANOS : Math.min(2 * pause, MOST_PAUSE_NANOS);
      }
      watch.close();
    } catch (SystemCallException e) {
      LOG.atError().setCause(e).log("Nobody looks out for requests that workers cannot take");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Passes the lookout on and carries a request out; false if there was none to take. */
  private boolean help(Watch.Post post, Mailbox mailbox) {
    ServedConnection connection = post.connection();
    if (!connection.enter()) {
      return false;
    }
    try {
      if (post.channel().receive(mailbox) != Received.REQUEST) {
        return false;
      }
      helped.incrementAndGet();
      threads.execute(this::lookOut);
      connection.carryOut(post.channel(), mailbox.request(), mailbox.reply());
      return true;
    } finally {
      connection.exit();
    }
  }

  /** Where those on duty are stuck, calls one that rests; true if none does and one is held up. */
  private boolean callsInVain() {
    return duty.isStuck() && !duty.call(System.nanoTime()) && duty.isHeldUp();
  }

  /** Returns when the threads have ended, which begin to do so when the pool's end is told. */
  @Override
  public void close() {
    stopped.countDown();
    threads.close();
  }
}
