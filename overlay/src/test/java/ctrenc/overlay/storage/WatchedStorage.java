package ctrenc.overlay.storage;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Passes every call on, past a watcher that may throw or alter what is read: the frame of the fakes
 * that fail and corrupt.
 */
final class WatchedStorage implements Storage {

  /** Sees calls before they happen, and bytes after they were read. */
  interface Watcher {

    void before(String call, String name) throws IOException;

    /** May write a part of {@code source} itself and throw, as a disk does that fills up. */
    default void beforeWrite(StorageFile file, String name, MemorySegment source, long position)
        throws IOException {
      before("write", name);
    }

    default void afterRead(String name, MemorySegment target, long position, int length) {}

    /** A storage every call of which this watcher sees. */
    default Storage over(Storage inner) {
      return new WatchedStorage(inner, this);
    }
  }

  private final Storage inner;
  private final Watcher watcher;

  WatchedStorage(Storage inner, Watcher watcher) {
    this.inner = inner;
    this.watcher = watcher;
  }

  @Override
  public StorageFile open(String name) throws IOException {
    watcher.before("open", name);
    return new WatchedFile(name, inner.open(name), watcher);
  }

  @Override
  public StorageFile create(String name) throws IOException {
    watcher.before("create", name);
    return new WatchedFile(name, inner.create(name), watcher);
  }

  @Override
  public void createDirectory(String name) throws IOException {
    watcher.before("createDirectory", name);
    inner.createDirectory(name);
  }

  @Override
  public List<String> list(String directory) throws IOException {
    watcher.before("list", directory);
    return inner.list(directory);
  }

  @Override
  public boolean exists(String name) throws IOException {
    watcher.before("exists", name);
    return inner.exists(name);
  }

  @Override
  public void delete(String name) throws IOException {
    watcher.before("delete", name);
    inner.delete(name);
  }

  @Override
  public void rename(String from, String to) throws IOException {
    watcher.before("rename", from);
    inner.rename(from, to);
  }

  @Override
  public void syncDirectory(String name) throws IOException {
    watcher.before("syncDirectory", name);
    inner.syncDirectory(name);
  }

  private record WatchedFile(String name, StorageFile inner, Watcher watcher)
      implements StorageFile {

    @Override
    public int read(MemorySegment target, long position) throws IOException {
      watcher.before("read", name);
      int length = inner.read(target, position);
      watcher.afterRead(name, target, position, length);
      return length;
    }

    @Override
    public void write(MemorySegment source, long position) throws IOException {
      watcher.beforeWrite(inner, name, source, position);
      inner.write(source, position);
    }

    @Override
    public long size() throws IOException {
      watcher.before("size", name);
      return inner.size();
    }

    @Override
    public long storedBytes() throws IOException {
      watcher.before("storedBytes", name);
      return inner.storedBytes();
    }

    @Override
    public void truncate(long size) throws IOException {
      watcher.before("truncate", name);
      inner.truncate(size);
    }

    @Override
    public void sync() throws IOException {
      watcher.before("sync", name);
      inner.sync();
    }

    @Override
    public void punch(long position, long length) throws IOException {
      watcher.before("punch", name);
      inner.punch(position, length);
    }

    @Override
    public void beginWriteOut(long position, long length) throws IOException {
      watcher.before("beginWriteOut", name);
      inner.beginWriteOut(position, length);
    }

    @Override
    public void beginRead(long position, long length) throws IOException {
      watcher.before("beginRead", name);
      inner.beginRead(position, length);
    }

    @Override
    public void dropCache(long position, long length) throws IOException {
      watcher.before("dropCache", name);
      inner.dropCache(position, length);
    }

    @Override
    public void close() throws IOException {
      inner.close();
    }
  }
}
