package ctrenc.overlay.fuse;

import ctrenc.overlay.ring.RootMemory;
import java.util.Optional;

/**
 * How a root is mounted. {@code label} is the mount's source as /proc/mounts shows it; in {@code
 * memory} is written down what another process must know to go on with the mount.
 */
public record MountOptions(
    String label, boolean readOnly, CacheMode cache, Optional<RootMemory> memory) {

  public static MountOptions of(String label) {
    return new MountOptions(label, false, CacheMode.WRITEBACK, Optional.empty());
  }

  public MountOptions forReading() {
    return new MountOptions(label, true, cache, memory);
  }

  public MountOptions withCache(CacheMode mode) {
    return new MountOptions(label, readOnly, mode, memory);
  }

  public MountOptions with(Optional<RootMemory> outliving) {
    return new MountOptions(label, readOnly, cache, outliving);
  }
}
