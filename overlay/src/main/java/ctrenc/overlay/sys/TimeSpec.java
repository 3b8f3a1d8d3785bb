package ctrenc.overlay.sys;

/** struct timespec: seconds since 1970, possibly negative, and 0 to 999,999,999 nanoseconds. */
public record TimeSpec(long seconds, int nanos) {

  /** UTIME_NOW of utimensat(2): the clock decides. */
  public static final TimeSpec NOW = new TimeSpec(0, 0x3fffffff);

  /** UTIME_OMIT of utimensat(2): the time stays as it is. */
  public static final TimeSpec OMIT = new TimeSpec(0, 0x3ffffffe);
}
