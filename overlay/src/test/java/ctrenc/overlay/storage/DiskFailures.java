package ctrenc.overlay.storage;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes a storage fail when told to: one chosen call, or every write from when the disk is full.
 * Lets something else happen between two calls.
 */
public final class DiskFailures implements WatchedStorage.Watcher {

  private final AtomicInteger callsUntilFailure = new AtomicInteger();
  private volatile boolean full;
  private final ConcurrentHashMap<String, Meanwhile> meanwhile = new ConcurrentHashMap<>();

  /** What happens between two calls. */
  @FunctionalInterface
  public interface Meanwhile {
    void run() throws IOException;
  }

  /** Before the next call of this name something happens, once. */
  public void beforeNext(String call, Meanwhile what) {
    meanwhile.put(call, what);
  }

  /**
   * The {@code n}-th call from now on (1 is the next), of storage or files, fails, and it alone.
   */
  public void failCall(int n) {
    callsUntilFailure.set(n);
  }

  /**
   * From now on writes leave half of their bytes and fail, and nothing can be created; or no more.
   */
  public void setFull(boolean nowFull) {
    full = nowFull;
  }

  @Override
  public void before(String call, String name) throws IOException {
    Meanwhile what = meanwhile.remove(call);
    if (what != null) {
      what.run();
    }
    if (callsUntilFailure.get() > 0 && callsUntilFailure.decrementAndGet() == 0) {
      throw new IOException("the call that was to fail: " + call + " of " + name);
    }
    if (full && call.startsWith("create")) {
      throw new DiskFullException("the disk is full");
    }
  }

  @Override
  public void beforeWrite(StorageFile file, String name, MemorySegment source, long position)
      throws IOException {
    before("write", name);
    if (full) {
      file.write(source.asSlice(0, source.byteSize() / 2), position);
      throw new DiskFullException("the disk is full");
    }
  }
}
