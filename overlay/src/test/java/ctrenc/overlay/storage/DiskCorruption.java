package ctrenc.overlay.storage;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Makes one chosen byte of a storage read differently from what was written. */
public final class DiskCorruption implements WatchedStorage.Watcher {

  private record Flip(String name, long position, int mask) {}

  private volatile Flip flip = new Flip("", 0, 0);

  /** From now on this byte of this file alone reads as if the bits of {@code mask} were turned. */
  public void flip(String name, long position, int mask) {
    flip = new Flip(name, position, mask);
  }

  /** From now on every byte reads as it was written. */
  public void heal() {
    flip = new Flip("", 0, 0);
  }

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
