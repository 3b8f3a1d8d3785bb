package ctrenc.overlay.layer;

import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.SystemCallException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Open files of host trees, shared by all readers: those used last stay open, up to a number.
 * Thread-safe. A file is closed when nobody holds a lease on it any more, since its number may be
 * another file's right after.
 */
public final class HostFileCache implements AutoCloseable {

  /** Which file: an inode of a layer. */
  record Key(long layer, long inode) {}

  /** Opens a file that is not open yet. */
  interface Opener {
    Descriptor open() throws IOException;
  }

  /** The right to use an open file until it is closed. */
  interface Lease extends AutoCloseable {
    Descriptor file();

    @Override
    void close() throws SystemCallException;
  }

  private static final int HELPERS = 2;
  private static final int WAITING = 16;
  private static final long IDLE_SECONDS = 5;

  private final int maxOpen;
  private final ThreadPoolExecutor helpers = newHelpers();
  private final LinkedHashMap<Key, Shared> open = new LinkedHashMap<>(64, 0.75f, true);

  /**
   * @param maxOpen how many files stay open; leases beyond it are granted all the same
   */
  public HostFileCache(int maxOpen) {
    this.maxOpen = maxOpen;
  }

  private static ThreadPoolExecutor newHelpers() {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            HELPERS,
            HELPERS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING),
            Thread.ofPlatform().daemon().name("readahead-", 0).factory());
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /** Threads that open files before they are needed; they refuse what they have no time for. */
  Executor helpers() {
    return helpers;
  }

  Lease lease(Key key, Opener opener) throws IOException {
    Shared known = find(key);
    if (known != null) {
      return known;
    }
    Shared mine = new Shared(opener.open());
    Shared winner = mine;
    List<Shared> dropped = new ArrayList<>();
    synchronized (open) {
      Shared other = open.get(key);
      if (other == null) {
        open.put(key, mine);
        mine.retain();
        evict(dropped);
      } else {
        winner = other;
        winner.retain();
        dropped.add(mine);
      }
    }
    release(dropped);
    return winner;
  }

  /** Lets the file go, so that the next lease opens it anew. */
  void forget(Key key) throws SystemCallException {
    forgetIf(key::equals);
  }

  void forgetLayer(long layer) throws SystemCallException {
    forgetIf(key -> key.layer() == layer);
  }

  @Override
  public void close() throws SystemCallException {
    helpers.shutdown();
    forgetIf(key -> true);
  }

  private @Nullable Shared find(Key key) {
    synchronized (open) {
      Shared known = open.get(key);
      if (known != null) {
        known.retain();
      }
      return known;
    }
  }

  private void forgetIf(Predicate<Key> condition) throws SystemCallException {
    List<Shared> dropped = new ArrayList<>();
    synchronized (open) {
      open.entrySet()
          .removeIf(
              entry -> {
                boolean forgotten = condition.test(entry.getKey());
                if (forgotten) {
                  dropped.add(entry.getValue());
                }
                return forgotten;
              });
    }
    release(dropped);
  }

  private void evict(List<Shared> dropped) {
    Iterator<Shared> eldest = open.values().iterator();
    while (open.size() > maxOpen && eldest.hasNext()) {
      dropped.add(eldest.next());
      eldest.remove();
    }
  }

  private static void release(List<Shared> dropped) throws SystemCallException {
    for (Shared shared : dropped) {
      shared.close();
    }
  }

  /**
   * A file with its holders: the cache is one, each lease another. Retained only while the cache
   * holds it.
   */
  private static final class Shared implements Lease {
    private final Descriptor descriptor;
    private final AtomicInteger holders = new AtomicInteger(1);

    Shared(Descriptor descriptor) {
      this.descriptor = descriptor;
    }

    void retain() {
      holders.incrementAndGet();
    }

    @Override
    public Descriptor file() {
      return descriptor;
    }

    @Override
    public void close() throws SystemCallException {
      if (holders.decrementAndGet() == 0) {
        descriptor.close();
      }
    }
  }
}
