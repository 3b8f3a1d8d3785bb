package ctrenc.overlay.segment;

import ctrenc.overlay.storage.Follower;
import java.io.IOException;
import java.util.Optional;

/**
 * Has the kernel read segment files ahead of one who reads them from their beginning to their end.
 * A second thread asks for it, because asking takes the time of finding memory; the kernel's own
 * reading ahead leaves the disk idle meanwhile. Used by one thread.
 */
final class ReadAhead implements AutoCloseable {

  /** So much is asked for at once. */
  private static final long STEP = 4L << 20;

  /** So far ahead; it stays in the kernel's cache for that long. */
  private static final long DISTANCE = 32L << 20;

  private Optional<Follower> follower = Optional.empty();
  private int number;
  private long size;

  /** Up to here the file was read, or asked for. */
  private long reached;

  /** Tells what is read next. What lies before what was read is not read ahead. */
  void reading(SegmentFile file, SegmentPlace place) throws IOException {
    if (place.file() != number) {
      number = place.file();
      size = file.size();
      reached = place.offset();
    }
    long from = Math.max(reached, place.offset());
    long most = Math.min(size, place.end() + DISTANCE);
    // What is short is read sooner than it is asked for.
    while (most - from >= STEP) {
      long begin = from;
      thread().follow(() -> file.beginRead(begin, STEP));
      from += STEP;
      reached = from;
    }
  }

  private Follower thread() {
    if (follower.isEmpty()) {
      follower = Optional.of(new Follower("ctr-enc-ahead", (int) (DISTANCE / STEP)));
    }
    return follower.get();
  }

  /** What was asked for and not begun is not read. */
  @Override
  public void close() {
    follower.ifPresent(Follower::close);
  }
}
