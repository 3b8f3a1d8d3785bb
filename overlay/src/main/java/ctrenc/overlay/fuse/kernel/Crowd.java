package ctrenc.overlay.fuse.kernel;

/**
 * Tells from the requests that one thread gets whether several wait at a time. Two callers who ask
 * one thread take turns, and one caller's large reads and writes may come together. But that a
 * request is there as soon as the last one is answered says nothing: a caller on another processor
 * is as fast as that. Not thread-safe.
 */
final class Crowd {

  /** Whom the kernel names where it asks by itself. */
  private static final int NOBODY = 0;

  /** Callers who ask further apart than this are not in each other's way. */
  private static final long NEAR_NANOS = 1_000_000;

  /** What a change of the caller counts, where one that asks again takes one off. */
  private static final int CHANGE = 2;

  /** What counts as much as eight changes, or two waiting for a large request. */
  private static final int ENOUGH = 16;

  private long connection;
  private int caller;
  private long latest;
  private int count;

  /**
   * Notes a request of a caller, by its thread's number, at a time of System.nanoTime; true if
   * there is a crowd, and then begins to count anew.
   */
  boolean note(long connection, int caller, long now) {
    if (caller == NOBODY) {
      return false;
    }
    boolean isOther = caller != this.caller || connection != this.connection;
    boolean isNear = now - latest < NEAR_NANOS;
    this.connection = connection;
    this.caller = caller;
    this.latest = now;
    return add(isOther && isNear ? CHANGE : -1);
  }

  /** Notes that a request waits while another one, of many bytes, is about to be carried out. */
  boolean noteWaiting() {
    return add(ENOUGH / 2);
  }

  private boolean add(int much) {
    count = Math.max(0, count + much);
    if (count < ENOUGH) {
      return false;
    }
    count = 0;
    return true;
  }
}
