package ctrenc.overlay.sys;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How many processors the machine has, as the kernel tells under {@code /sys}; the VM tells how
 * many of them this process may use. Thread-safe.
 */
public final class ProcessorCount {

  private static final Path PROCESSORS = Path.of("/sys/devices/system/cpu");

  private ProcessorCount() {}

  /** Those there may ever be: some may be absent now. */
  public static int possible() throws IOException {
    return in("possible");
  }

  /** Those that run threads now. */
  public static int online() throws IOException {
    return in("online");
  }

  private static int in(String list) throws IOException {
    return of(Files.readString(PROCESSORS.resolve(list)).strip());
  }

  /** How many numbers a list of ranges has, as {@code 0-3,8}. */
  static int of(String ranges) {
    int count = 0;
    for (String range : ranges.split(",", -1)) {
      String[] ends = range.split("-", -1);
      count += Integer.parseInt(ends[ends.length - 1]) - Integer.parseInt(ends[0]) + 1;
    }
    return count;
  }
}
