package ctrenc.overlay.storage;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Native memory that one thread fills while a second one writes what was filled before. Used by one
 * thread. What fails, fails as {@link Follower} says.
 */
public final class FollowedMemory implements AutoCloseable {

  /** Pieces that wait to be written, or are being written. */
  private static final int BEHIND = 2;

  /** Writes what was filled. */
  @FunctionalInterface
  public interface Writer {
    void write(MemorySegment filled) throws IOException;
  }

  private final Follower follower;
  private final long capacity;
  private final Arena arena = Arena.ofShared();

  /** One that is filled, and those behind; each is made when it is needed first. */
  private final MemorySegment[] pieces = new MemorySegment[BEHIND + 1];

  private int filling;

  /**
   * @param thread its name
   * @param capacity of each piece, in bytes
   */
  public FollowedMemory(String thread, long capacity) {
    this.follower = new Follower(thread, BEHIND);
    this.capacity = capacity;
    Arrays.fill(pieces, MemorySegment.NULL);
  }

  /** The piece that is filled. */
  public MemorySegment piece() {
    if (pieces[filling].byteSize() == 0) {
      pieces[filling] = arena.allocate(capacity, Long.BYTES);
    }
    return pieces[filling];
  }

  /** Has the first bytes of the piece written; another one is filled from now on. */
  public void handOver(long length, Writer writer) throws IOException {
    MemorySegment filled = piece().asSlice(0, length);
    follower.follow(() -> writer.write(filled));
    filling = (filling + 1) % pieces.length;
  }

  /** Has something done when all that was handed over before is written. */
  public void then(Follower.Step step) throws IOException {
    follower.follow(step);
  }

  /** Returns when everything is written and done. */
  public void settle() throws IOException {
    follower.settle();
  }

  /** Whether something failed, and nothing after it is written. */
  public boolean hasFailed() {
    return follower.hasFailed();
  }

  /** What is not being written yet, is not. */
  @Override
  public void close() {
    follower.close();
    arena.close();
  }
}
