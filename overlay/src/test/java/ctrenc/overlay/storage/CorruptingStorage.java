package ctrenc.overlay.storage;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** A storage on which one chosen byte reads differently from what was written. */
public final class CorruptingStorage implements Storage {

  private record Flip(String name, long position, int mask) {}

  private final Storage watched;
  private volatile Flip flip = new Flip("", 0, 0);

  public CorruptingStorage(Storage inner) {
    this.watched = new WatchedStorage(inner, new Corruption());
  }

  /** From now on this byte of this file alone reads as if the bits of {@code mask} were turned. */
  public void flip(String name, long position, int mask) {
    flip = new Flip(name, position, mask);
  }

  /** From now on every byte reads as it was written. */
  public void heal() {
    flip = new Flip("", 0, 0);
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

  private final class Corruption implements WatchedStorage.Watcher {

    @Override
    public void before(String call, String name) {
      // Calls pass; only what was read is altered.
    }

    @Override
    public void afterRead(String name, MemorySegment target, long position, int length) {
      Flip current = flip;
      long at = current.position() - position;
      if (current.name().equals(name) && at >= 0 && at < length) {
        byte value = target.get(ValueLayout.JAVA_BYTE, at);
        target.set(ValueLayout.JAVA_BYTE, at, (byte) (value ^ current.mask()));
      }
    }
  }
}
