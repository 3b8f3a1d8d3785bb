package ctrenc.overlay.fuse;

/**
 * How a root is mounted. {@code label} is the mount's source as /proc/mounts shows it; {@code
 * workers} is the number of threads that serve it, at least 1.
 */
public record MountOptions(String label, boolean readOnly, int workers) {

  /** Threads that wait for a disk must not be all there are, however few the processors. */
  private static final int MIN_WORKERS = 4;

  public static MountOptions of(String label) {
    return new MountOptions(
        label, false, Math.max(MIN_WORKERS, Runtime.getRuntime().availableProcessors()));
  }
}
