package ctrenc.daemon.mounts;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How a user namespace has users and groups, as containerd's labels and the kernel's files say it:
 * ranges of "first inside, first outside, count", the kernel's in lines.
 */
public record IdMapping(String users, String groups) {

  private static final Pattern RANGES =
      Pattern.compile("\\d{1,10}:\\d{1,10}:\\d{1,10}(,\\d{1,10}:\\d{1,10}:\\d{1,10})*");

  /** Ranges of numbers that colons part, parted by commas; empty if they are none. */
  public static Optional<IdMapping> parse(String users, String groups) {
    boolean areRanges = RANGES.matcher(users).matches() && RANGES.matcher(groups).matches();
    return areRanges ? Optional.of(new IdMapping(lines(users), lines(groups))) : Optional.empty();
  }

  private static String lines(String ranges) {
    return ranges.replace(':', ' ').replace(',', '\n') + "\n";
  }
}
