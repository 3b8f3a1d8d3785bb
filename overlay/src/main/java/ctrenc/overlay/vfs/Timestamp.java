package ctrenc.overlay.vfs;

/**
 * A point in time as Linux keeps it: seconds since 1970, possibly negative, and 0 to 999,999,999
 * nanoseconds.
 */
public record Timestamp(long seconds, int nanos) implements Comparable<Timestamp> {

  public static final Timestamp EPOCH = new Timestamp(0, 0);

  public Timestamp {
    if (nanos < 0 || nanos > 999_999_999) {
      throw new IllegalArgumentException("nanoseconds out of range: " + nanos);
    }
  }

  @Override
  public int compareTo(Timestamp other) {
    int bySeconds = Long.compare(seconds, other.seconds);
    return bySeconds != 0 ? bySeconds : Integer.compare(nanos, other.nanos);
  }
}
