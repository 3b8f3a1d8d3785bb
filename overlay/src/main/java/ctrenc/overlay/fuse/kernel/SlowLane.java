package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.vfs.Errno;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Carries out the requests of one mount that may wait for the disk for long, away from the threads
 * that read requests, and answers them by the channel they came from. A caller that is being killed
 * gets its answer at once, because the kernel lets nobody die who waits for one. Thread-safe.
 */
final class SlowLane {

  /** Enough for the replies of all slow operations. */
  private static final int REPLY_CAPACITY = 64;

  private final Executor executor;
  private final Dispatcher dispatcher;
  private final Connection connection;
  private final ConcurrentMap<Long, Pending> pending = new ConcurrentHashMap<>();

  SlowLane(Executor executor, Dispatcher dispatcher, Connection connection) {
    this.executor = executor;
    this.dispatcher = dispatcher;
    this.connection = connection;
  }

  /** Takes over a request; the channel's next one may overwrite it. */
  void take(Channel channel, Request request) {
    Pending task = new Pending(channel, request.detach());
    connection.retain();
    pending.put(task.request.unique(), task);
    try {
      executor.execute(task);
    } catch (RuntimeException | Error e) {
      task.leave();
      throw e;
    }
  }

  /**
   * The kernel says that a signal came for a caller. Most signals have to wait, as on a disk; death
   * does not.
   */
  void interrupt(long unique) {
    Pending task = pending.get(unique);
    if (task != null && CallerState.isDying(task.request.pid())) {
      task.abandon();
    }
  }

  private final class Pending implements Runnable {

    private final Channel channel;
    private final Request request;
    private final AtomicBoolean isAnswered = new AtomicBoolean();

    Pending(Channel channel, Request request) {
      this.channel = channel;
      this.request = request;
    }

    @Override
    public void run() {
      try {
        Reply reply = Reply.small(REPLY_CAPACITY);
        dispatcher.dispatch(request, reply);
        answer(reply);
      } finally {
        leave();
      }
    }

    private void leave() {
      pending.remove(request.unique());
      connection.release();
    }

    /** What was begun goes on, though nobody waits for it. */
    void abandon() {
      Reply reply = Reply.small(0);
      reply.fail(Errno.EINTR.code());
      answer(reply);
    }

    private void answer(Reply reply) {
      if (isAnswered.compareAndSet(false, true)) {
        channel.send(request.unique(), reply);
      }
    }
  }
}
