package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.sys.Epoll;
import ctrenc.overlay.sys.EventCounter;
import ctrenc.overlay.sys.SystemCallException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections that one thread watches, and which of them has a request. Connections are added
 * by any thread; one thread at a time waits, and takes away what has ended.
 */
final class Watch implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Watch.class);

  /** The number by which the end of the pool is told. */
  private static final long STOP = 0;

  /** A connection, and the channel by which this thread serves it. */
  record Post(long number, ServedConnection connection, DeviceChannel channel) {}

  private final int thread;
  private final Epoll epoll;
  private final AtomicLong last = new AtomicLong(STOP);
  private final ConcurrentMap<Long, Post> posts = new ConcurrentHashMap<>();
  private @Nullable Post recent;
  private volatile boolean isStopped;

  /** {@code thread} chooses the channels; {@code stop} ends the waiting when it is signalled. */
  Watch(int thread, EventCounter stop) throws SystemCallException {
    this.thread = thread;
    epoll = new Epoll();
    epoll.add(stop.descriptor(), 0, STOP);
  }

  void add(ServedConnection connection) throws SystemCallException {
    Post post = new Post(last.incrementAndGet(), connection, connection.channel(thread));
    connection.join();
    posts.put(post.number, post);
    try {
      epoll.add(post.channel.device(), Epoll.EXCLUSIVE, post.number);
    } catch (SystemCallException e) {
      posts.remove(post.number);
      connection.leave();
      throw e;
    }
  }

  /** Waits for a connection that has something to read; null at the end of the pool. */
  @Nullable Post await() throws SystemCallException {
    while (!isStopped) {
      long number = epoll.await();
      if (number == STOP) {
        isStopped = true;
      } else if (number != Epoll.NOTHING) {
        return find(number);
      }
    }
    return null;
  }

  /** What was waited for last is the end of its connection. */
  boolean wasEnd() {
    return epoll.wasEnd();
  }

  private Post find(long number) {
    Post known = recent;
    if (known == null || known.number != number) {
      known = posts.get(number);
      if (known == null) {
        throw new IllegalStateException("a connection is watched that was never added");
      }
      recent = known;
    }
    return known;
  }

  /** Lets go of a connection that has ended. */
  void remove(Post post) {
    try {
      epoll.remove(post.channel.device());
    } catch (SystemCallException e) {
      LOG.atWarn().setCause(e).log("A connection that has ended is still watched");
    }
    posts.remove(post.number);
    recent = null;
    post.connection.leave();
  }

  /** To be called when nobody waits any more. */
  @Override
  public void close() throws SystemCallException {
    posts.values().forEach(post -> post.connection.leave());
    posts.clear();
    epoll.close();
  }
}
