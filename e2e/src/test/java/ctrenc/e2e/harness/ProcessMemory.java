package ctrenc.e2e.harness;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The memory of a living process, as root sees it through /proc/PID/mem: every map that can be
 * read, garbage of its heap included.
 */
public record ProcessMemory(long pid) {

  private static final int WINDOW = 4 << 20;

  /** How much of something is looked for; what is left of less is not it. */
  private static final int PROBE = 16;

  private static final int PREFIXES = 1 << Short.SIZE;

  /** A range of addresses with its line in /proc/PID/maps. */
  private record Range(long from, long to, String line) {

    static Range of(String line) {
      String[] bounds = line.substring(0, line.indexOf(' ')).split("-");
      return new Range(
          Long.parseUnsignedLong(bounds[0], 16), Long.parseUnsignedLong(bounds[1], 16), line);
    }

    boolean isReadable() {
      return line.contains(" r") && to > 0 && !line.endsWith("[vvar]") && !line.contains("/dev/");
    }
  }

  /**
   * Which of the named things lie in memory, each with the map where it lies. A thing is found by
   * its first 16 bytes, as they are or as 32-bit words of the other byte order.
   */
  public List<String> find(Map<String, byte[]> things) throws IOException {
    List<Probe> probes =
        things.entrySet().stream()
            .flatMap(thing -> Probe.of(thing.getKey(), thing.getValue()))
            .toList();
    boolean[] begins = new boolean[PREFIXES];
    probes.forEach(probe -> begins[prefix(probe.bytes, 0)] = true);
    TreeSet<String> found = new TreeSet<>();
    for (Range range : ranges()) {
      scan(
          range,
          window -> {
            for (int at = 0; at + PROBE <= window.length; at++) {
              if (begins[prefix(window, at)]) {
                look(probes, window, at, range, found);
              }
            }
          });
    }
    return List.copyOf(found);
  }

  /** Waits until none of the things lies in memory; one that stays is told with its place. */
  public void awaitNone(Map<String, byte[]> things, Duration limit) throws IOException {
    long end = System.nanoTime() + limit.toNanos();
    List<String> found = find(things);
    while (!found.isEmpty()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("in memory after " + limit + ": " + found);
      }
      found = find(things);
    }
  }

  private static void look(
      List<Probe> probes, byte[] window, int at, Range range, TreeSet<String> found) {
    for (Probe probe : probes) {
      if (Arrays.equals(window, at, at + PROBE, probe.bytes, 0, PROBE)) {
        found.add(probe.name + " in " + range.line);
      }
    }
  }

  /** Hands over every locked page: there the daemon keeps its secrets. */
  public void forEachLockedPage(Consumer<byte[]> visitor) throws IOException {
    Range range = null;
    for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/smaps"))) {
      if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
        range = Range.of(line);
      } else if (line.startsWith("VmFlags:") && line.contains(" lo ") && range != null) {
        scan(range, visitor);
      }
    }
  }

  private List<Range> ranges() throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/maps"), StandardCharsets.ISO_8859_1)
        .stream()
        .filter(line -> !line.endsWith("[vsyscall]"))
        .map(Range::of)
        .filter(Range::isReadable)
        .toList();
  }

  /** Windows overlap by what a probe could straddle. */
  private void scan(Range range, Consumer<byte[]> visitor) throws IOException {
    try (RandomAccessFile memory = new RandomAccessFile("/proc/" + pid + "/mem", "r")) {
      for (long at = range.from; at < range.to; at += WINDOW) {
        byte[] window = new byte[(int) Math.min(WINDOW + PROBE, range.to - at)];
        memory.seek(at);
        int got = readFully(memory, window);
        visitor.accept(got == window.length ? window : Arrays.copyOf(window, got));
      }
    }
  }

  /** A map that was given back meanwhile, or a hole of a file, ends early. */
  private static int readFully(RandomAccessFile memory, byte[] window) {
    int got = 0;
    try {
      int count = 0;
      while (got < window.length && count >= 0) {
        got += count;
        count = memory.read(window, got, window.length - got);
      }
    } catch (IOException unmapped) {
      return got;
    }
    return got;
  }

  private static int prefix(byte[] bytes, int at) {
    return (bytes[at] & 0xFF) << Byte.SIZE | bytes[at + 1] & 0xFF;
  }

  private record Probe(String name, byte[] bytes) {

    static Stream<Probe> of(String name, byte[] thing) {
      byte[] start = Arrays.copyOf(thing, PROBE);
      byte[] swapped = new byte[PROBE];
      for (int i = 0; i < PROBE; i++) {
        swapped[i] = start[i ^ (Integer.BYTES - 1)];
      }
      return Stream.of(new Probe(name, start), new Probe(name + " as words", swapped));
    }
  }

  /** The names alone of what {@link #find} found. */
  public static List<String> names(List<String> found) {
    List<String> names = new ArrayList<>();
    found.forEach(line -> names.add(line.substring(0, line.indexOf(" in "))));
    return names.stream().distinct().toList();
  }
}
