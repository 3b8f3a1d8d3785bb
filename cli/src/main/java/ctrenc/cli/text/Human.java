package ctrenc.cli.text;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** Sizes and times as people say them. */
public final class Human {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

  private Human() {}

  /** Bytes in the largest unit that leaves at least 1, with one decimal below 10. */
  public static String size(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 1023.5 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    String format = unit > 0 && value < 9.95 ? "%.1f %s" : "%.0f %s";
    return String.format(Locale.ROOT, format, value, UNITS[unit]);
  }

  /**
   * How long ago something was, in the largest unit of which there are two, else the next smaller.
   */
  public static String age(Instant then, Instant now) {
    long seconds = Math.max(0, Duration.between(then, now).toSeconds());
    long[] lengths = {7 * 86_400L, 86_400, 3_600, 60};
    String[] names = {"weeks", "days", "hours", "minutes"};
    for (int i = 0; i < lengths.length; i++) {
      if (seconds >= 2 * lengths[i]) {
        return "%d %s ago".formatted(seconds / lengths[i], names[i]);
      }
    }
    return seconds == 1 ? "1 second ago" : seconds + " seconds ago";
  }
}
