package ctrenc.overlay.fuse;

/** How a root is mounted. {@code label} is the mount's source as /proc/mounts shows it. */
public record MountOptions(String label, boolean readOnly, CacheMode cache) {

  public static MountOptions of(String label) {
    return new MountOptions(label, false, CacheMode.WRITEBACK);
  }

  public MountOptions withCache(CacheMode mode) {
    return new MountOptions(label, readOnly, mode);
  }
}
