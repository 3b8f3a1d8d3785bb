package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.kernel.DeviceChannel.Received;
import ctrenc.overlay.sys.EventCounter;
import ctrenc.overlay.sys.SystemCallException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread of the pool: serves a request of one connection, then one of the next that has any, so
 * that a busy root delays another by no more than the requests in work.
 */
final class Worker implements Runnable, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

  /** The most requests, and nanoseconds, of one connection before it is another's turn. */
  private static final int TURN = 8;

  private static final long TURN_NANOS = 200_000;

  /** Requests after a vain look. */
  private static final int PAUSE = 32;

  private final int number;
  private final Watch watch;
  private final Mailbox mailbox;

  private final Stint stint;
  private final Duty duty;
  private final Pace pace;
  private final Crowd crowd = new Crowd();

  /** Held while requests are served. */
  private final ReentrantLock guard = new ReentrantLock();

  private int vainLooks;

  /**
   * @param number from 0 on in its pool; those with low ones are the first to get a request
   */
  Worker(int number, Stint stint, Duty duty, Pace pace, EventCounter stop)
      throws SystemCallException {
    this.number = number;
    this.stint = stint;
    this.duty = duty;
    this.pace = pace;
    mailbox = new Mailbox();
    watch = new Watch(number, stop);
  }

  Watch watch() {
    return watch;
  }

  @Override
  public void run() {
    try (this) {
      stint.enter();
      Watch.Post post;
      while ((post = await()) != null) {
        Received last;
        guard.lock();
        try {
          last = serve(post);
        } finally {
          guard.unlock();
        }
        stint.end();
        if (last == Received.END) {
          mailbox.wipe();
          watch.remove(post);
          // Those who rest watch it too, and it has ended only when each has seen that.
          duty.call(System.nanoTime());
        }
      }
    } catch (SystemCallException e) {
      LOG.atError().setCause(e).log("A thread can no longer wait for requests");
    }
  }

  private Watch.@Nullable Post await() throws SystemCallException {
    duty.await(number);
    return watch.await();
  }

  /**
   * Erases what passed through, unless a request takes longer than {@code nanos}, whose own bytes
   * stay then.
   */
  void wipe(long nanos) throws SystemCallException, InterruptedException {
    if (guard.tryLock(nanos, TimeUnit.NANOSECONDS)) {
      try {
        mailbox.wipe();
      } finally {
        guard.unlock();
      }
    }
  }

  /**
   * Serves a request, and more of the same connection while they keep coming and others need not
   * wait for long. Looking for a next one in vain costs a system call, so after a vain look some
   * requests pass before the next.
   */
  private Received serve(Watch.Post post) {
    long start = stint.begin();
    long latest;
    Received last;
    int count = 0;
    do {
      latest = count == 0 ? start : stint.begin();
      last = post.channel().receive(mailbox);
      if (last == Received.REQUEST) {
        carryOut(post, latest);
      }
      count++;
    } while (last == Received.REQUEST && looksForMore(count) && latest - start < TURN_NANOS);
    if (count > 1 && last != Received.REQUEST) {
      vainLooks = PAUSE;
    }
    return last;
  }

  private void carryOut(Watch.Post post, long now) {
    Request request = mailbox.request();
    pace.note(now);
    if (crowd.note(post.number(), request.pid(), now)) {
      duty.call(now);
    }
    if (SlowLane.isSync(request)) {
      duty.noteSync(now);
    } else {
      duty.noteOther(now);
    }
    post.connection().carryOut(post.channel(), request, mailbox.reply());
  }

  private boolean looksForMore(int served) {
    if (vainLooks > 0) {
      vainLooks--;
      return false;
    }
    return served < TURN;
  }

  @Override
  public void close() throws SystemCallException {
    watch.close();
    mailbox.close();
  }
}
