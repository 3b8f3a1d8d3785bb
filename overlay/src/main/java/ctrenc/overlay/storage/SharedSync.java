package ctrenc.overlay.storage;

import java.io.IOException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Group commit: callers that wait together share one run of an expensive sync. A caller is served
 * by a run that began after it came, so everything it wrote before is covered. Thread-safe.
 *
 * <p>Of files, a failed sync is never forgotten: the kernel may have dropped the dirty pages and
 * would report the next sync as a success (fsync(2)). From then on every call fails.
 */
public final class SharedSync {

  /** The sync itself; never run twice at the same time. */
  @FunctionalInterface
  public interface Run {
    void run() throws IOException;
  }

  private final Run sync;
  private final ReentrantLock guard = new ReentrantLock();
  private final Condition ended = guard.newCondition();

  /** Runs begun and ended so far; at most one is under way. */
  private long begun;

  private long done;

  /** Of the last run, or of the first that failed if failures are not forgotten. */
  private @Nullable Throwable failure;

  private final boolean isForgiving;

  private SharedSync(Run sync, boolean isForgiving) {
    this.sync = sync;
    this.isForgiving = isForgiving;
  }

  /** A sync of files, by the kernel. */
  public static SharedSync ofFiles(Run sync) {
    return new SharedSync(sync, false);
  }

  /** A sync that by itself makes good for earlier ones that failed when it succeeds. */
  public static SharedSync ofEngine(Run sync) {
    return new SharedSync(sync, true);
  }

  public void run() throws IOException {
    guard.lock();
    try {
      long needed = begun + 1;
      while (done < needed) {
        if (!isForgiving) {
          check();
        }
        if (begun == done) {
          lead();
        } else {
          ended.awaitUninterruptibly();
        }
      }
      check();
    } finally {
      guard.unlock();
    }
  }

  /** Runs the sync outside of the guard, on behalf of all who came before it began. */
  private void lead() {
    begun++;
    guard.unlock();
    @Nullable Throwable failed = null;
    try {
      sync.run();
    } catch (IOException | RuntimeException | Error e) {
      failed = e;
    }
    guard.lock();
    done++;
    if (isForgiving || failure == null) {
      failure = failed;
    }
    ended.signalAll();
  }

  private void check() throws IOException {
    if (failure instanceof DiskFullException full) {
      throw new DiskFullException(full.getMessage() + " The sync failed.", full);
    }
    if (failure != null) {
      throw new IOException("What was written could not be made durable.", failure);
    }
  }
}
