package ctrenc.overlay.fuse;

/**
 * How a root is mounted. {@code label} is the mount's source as /proc/mounts shows it; {@code
 * workers} is the number of threads that serve it, at least 1.
 */
public record MountOptions(String label, boolean readOnly, int workers) {

  public static MountOptions of(String label) {
    return new MountOptions(label, false, Math.max(2, Runtime.getRuntime().availableProcessors()));
  }
}
