package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.vfs.Errno;
import java.io.IOException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out the requests of one mount that may wait for the disk for long, away from the threads
 * that read requests, and answers them by the channel they came from. A caller that is being killed
 * gets its answer at once, because the kernel lets nobody die who waits for one. Thread-safe.
 */
final class SlowLane {

  private static final Logger LOG = LoggerFactory.getLogger(SlowLane.class);

  /** Enough for the replies of all slow operations. */
  private static final int REPLY_CAPACITY = 256;

  private final Executor executor;
  private final Semaphore spareWorkers;
  private final Dispatcher dispatcher;
  private final Connection connection;
  private final Notifier notifier;
  private final ConcurrentMap<Long, Pending> pending = new ConcurrentHashMap<>();

  /**
   * {@code spareWorkers} has a permit for each worker of all mounts but one: so many may wait for a
   * disk themselves.
   */
  SlowLane(
      Executor executor, Semaphore spareWorkers, Dispatcher dispatcher, Connection connection) {
    this.executor = executor;
    this.spareWorkers = spareWorkers;
    this.dispatcher = dispatcher;
    this.connection = connection;
    notifier = new Notifier(connection);
  }

  /**
   * True for what may wait for long. A search for data or holes does where the kernel holds bytes
   * back, because it asks without sending them first: a file just written would look like a hole.
   * So does a directory of which the kernel keeps nothing: what is made there shows elsewhere too.
   */
  boolean wants(Request request, Operation operation) {
    return switch (operation) {
      case LSEEK -> dispatcher.mayBeDirty(request.inode());
      case MKDIR, RMDIR -> dispatcher.isVolatile(request.inode());
      default -> operation.isSlow();
    };
  }

  /**
   * Carries out a sync on the thread that read it, if another worker is left to read requests:
   * handing it over and waking a thread would cost a good part of what the disk costs. Returns
   * false if the request is to be taken over instead.
   */
  boolean serveHere(Channel channel, Request request, Reply reply) {
    if (!isSync(request) || !channel.letsReaderWait() || !spareWorkers.tryAcquire()) {
      return false;
    }
    // The request is whole until this thread reads the next one; by then nobody looks for it here.
    Pending task = new Pending(channel, request);
    pending.put(request.unique(), task);
    try {
      dispatcher.dispatch(request, reply);
      task.answer(reply);
    } finally {
      pending.remove(request.unique());
      spareWorkers.release();
    }
    return true;
  }

  /** Whether a file or a directory is to be made durable. */
  static boolean isSync(Request request) {
    return request.operation() == Operation.FSYNC || request.operation() == Operation.FSYNCDIR;
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
        if (request.operation() == Operation.LSEEK) {
          fetchDirtyBytes();
        }
        dispatcher.dispatch(request, reply);
        answer(reply);
      } finally {
        leave();
      }
    }

    /** Telling the kernel to forget what it holds makes it write that back first. */
    private void fetchDirtyBytes() {
      try {
        notifier.invalidateInode(request.node(), 0, 0);
      } catch (IOException e) {
        LOG.atWarn()
            .addKeyValue("inode", request.inode())
            .setCause(e)
            .log("Dirty bytes could not be asked for; a search may take them for a hole");
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
