package ctrenc.overlay.union;

import ctrenc.overlay.ring.MemoryPart;
import java.time.Duration;
import java.util.Optional;

/**
 * How one filesystem works.
 *
 * @param disk answers statfs
 * @param gatheredPerFile gathered bytes of one file from which on its writer seals them
 * @param gatheredInAll gathered bytes of all files from which on writers seal the oldest
 * @param sealAfter how long written bytes wait at most before they are sealed
 * @param accessTimes reads move access times as relatime has it; else they never do
 * @param readOnly every change is refused; the stack has an upper that takes none
 * @param memory where it writes down what must outlive the process; whoever made it closes it after
 *     the filesystem
 * @param closed runs when the filesystem has let go of its layers, which it does not close itself
 */
public record UnionOptions(
    DiskUsage disk,
    long gatheredPerFile,
    long gatheredInAll,
    Duration sealAfter,
    boolean accessTimes,
    boolean readOnly,
    Optional<MemoryPart> memory,
    Runnable closed) {

  private static final long PER_FILE = 8L << 20;
  private static final long IN_ALL = 64L << 20;
  private static final Duration SEAL_AFTER = Duration.ofSeconds(1);

  public static UnionOptions of(DiskUsage disk) {
    return new UnionOptions(
        disk, PER_FILE, IN_ALL, SEAL_AFTER, true, false, Optional.empty(), () -> {});
  }

  public UnionOptions sealing(long perFile, long inAll, Duration after) {
    return new UnionOptions(disk, perFile, inAll, after, accessTimes, readOnly, memory, closed);
  }

  public UnionOptions whenClosed(Runnable action) {
    return new UnionOptions(
        disk, gatheredPerFile, gatheredInAll, sealAfter, accessTimes, readOnly, memory, action);
  }

  /** For a stack that is only read: access times stay as they are, too. */
  public UnionOptions forReading() {
    return new UnionOptions(
        disk, gatheredPerFile, gatheredInAll, sealAfter, false, true, memory, closed);
  }

  public UnionOptions with(Optional<MemoryPart> outliving) {
    return new UnionOptions(
        disk, gatheredPerFile, gatheredInAll, sealAfter, accessTimes, readOnly, outliving, closed);
  }
}
