package ctrenc.overlay.storage;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A storage that fails when told to: one chosen call, or every write from when the disk is full.
 */
public final class FailingStorage implements Storage {

  private final Storage watched;
  private final AtomicInteger callsUntilFailure = new AtomicInteger();
  private final AtomicInteger calls = new AtomicInteger();
  private volatile boolean full;

  public FailingStorage(Storage inner) {
    this.watched = new WatchedStorage(inner, new Failures());
  }

  /**
   * The {@code n}-th call from now on (1 is the next), of storage or files, fails, and it alone.
   */
  public void failCall(int n) {
    callsUntilFailure.set(n);
  }

  /** Calls so far, so that a test can fail each in turn. */
  public int calls() {
    return calls.get();
  }

  /**
   * From now on writes leave half of their bytes and fail, and nothing can be created; or no more.
   */
  public void setFull(boolean nowFull) {
    full = nowFull;
  }

  @Override
  public StorageFile open(String name) throws IOException {
    return watched.open(name);
  }

  @Override
  public StorageFile create(String name) throws IOException {
    return watched.create(name);
  }

  @Override
  public void createDirectory(String name) throws IOException {
    watched.createDirectory(name);
  }

  @Override
  public List<String> list(String directory) throws IOException {
    return watched.list(directory);
  }

  @Override
  public boolean exists(String name) throws IOException {
    return watched.exists(name);
  }

  @Override
  public void delete(String name) throws IOException {
    watched.delete(name);
  }

  @Override
  public void rename(String from, String to) throws IOException {
    watched.rename(from, to);
  }

  @Override
  public void syncDirectory(String name) throws IOException {
    watched.syncDirectory(name);
  }

  private final class Failures implements WatchedStorage.Watcher {

    @Override
    public void before(String call, String name) throws IOException {
      calls.incrementAndGet();
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
}
