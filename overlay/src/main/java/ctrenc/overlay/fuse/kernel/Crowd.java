package ctrenc.overlay.fuse.kernel;

/**
 * Tells from the requests that one thread gets whether several callers ask at a time: then they
 * take turns. That a request is there as soon as the last one is answered says nothing, since a
 * caller on another processor is as fast as that. Not thread-safe.
 */
final class Crowd {

  /** Whom the kernel names where it asks by itself. */
  private static final int NOBODY = 0;

  /** Callers who ask further apart than this are not in each other's way. */
  private static final long NEAR_NANOS = 1_000_000;

  /** What a change of the caller counts, where one that asks again takes one off. */
  private static final int CHANGE = 2;

  /** What eight changes count. */
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
    boolean isOther =
        this.caller != NOBODY && (caller != this.caller || connection != this.connection);
    boolean isNear = now - latest < NEAR_NANOS;
    this.connection = connection;
    this.caller = caller;
    this.latest = now;
    count = Math.max(0, count + (isOther && isNear ? CHANGE : -1));
    if (count < ENOUGH) {
      return false;
    }
    count = 0;
    return true;
  }
}
