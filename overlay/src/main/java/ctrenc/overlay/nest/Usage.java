package ctrenc.overlay.nest;

/**
 * What a subvolume takes: {@code inodes} that it has records of, and {@code bytes} on the disk,
 * {@link #RECORD} of them for each inode.
 */
public record Usage(long bytes, long inodes) {

  /** What an inode counts for its record, whatever that holds. */
  public static final long RECORD = 4096;

  public static final Usage NOTHING = new Usage(0, 0);

  public Usage plus(Usage other) {
    return new Usage(bytes + other.bytes, inodes + other.inodes);
  }
}
