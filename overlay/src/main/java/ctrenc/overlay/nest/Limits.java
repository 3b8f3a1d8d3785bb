package ctrenc.overlay.nest;

/** The most that a subvolume and all that is nested in it may take; 0 for no limit. */
public record Limits(long bytes, long inodes) {

  public static final Limits NONE = new Limits(0, 0);

  public Limits {
    if (bytes < 0 || inodes < 0) {
      throw new IllegalArgumentException("a limit is not negative");
    }
  }

  boolean isNone() {
    return bytes == 0 && inodes == 0;
  }

  boolean allows(long usedBytes, long usedInodes) {
    return (bytes == 0 || usedBytes <= bytes) && (inodes == 0 || usedInodes <= inodes);
  }
}
