package ctrenc.e2e.bench;

import ctrenc.overlay.fuse.KeepAwake;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.FileData;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.OpenFlag;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Compares a root whose requests come by /dev/fuse with one whose requests come by io_uring; both
 * are served by one other process. Arguments: the page, rounds, and an empty directory.
 */
public final class TransportBenchmark {

  private static final long WARM_UP_NANOS = 3_000_000_000L;
  private static final long MEASURE_NANOS = 2_000_000_000L;
  private static final int[] CALLERS = {1, 4};

  /** Of /proc/PID/stat, in ticks of ten milliseconds. */
  private static final int USER_TIME = 13;

  private static final double TICK_MICROS = 10_000;

  private TransportBenchmark() {}

  /** A root, and who serves it. */
  private record Subject(Descriptor root, long process) {}

  /** Operations a second, and the daemon's processor time for each in microseconds. */
  private record Sample(double rate, double micros) {}

  public static void main(String[] args) throws Exception {
    int rounds = Integer.parseInt(args[1]);
    List<String> lines = new ArrayList<>();
    lines.add("Machine: %s. Medians of %d rounds.".formatted(Machine.here(), rounds));
    for (KeepAwake keepAwake : List.of(KeepAwake.NEVER, KeepAwake.ALWAYS)) {
      lines.addAll(table(keepAwake, rounds, Path.of(args[2])));
    }
    new BenchmarkPage(Path.of(args[0])).replace("transports", lines);
  }

  private static List<String> table(KeepAwake keepAwake, int rounds, Path home) throws Exception {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add(
        "| idle processors %s | callers | /dev/fuse, a second | io_uring, a second | ratio | µs | µs | ratio |"
            .formatted(keepAwake == KeepAwake.NEVER ? "sleep" : "are kept awake"));
    lines.add("|---|--:|--:|--:|--:|--:|--:|--:|");
    Process server = serve(keepAwake, Files.createDirectory(home.resolve(keepAwake.name())));
    try (BufferedReader places = server.inputReader()) {
      Subject device = subject(places.readLine(), server.pid());
      Subject ring = subject(places.readLine(), server.pid());
      for (CallerWork work : CallerWork.values()) {
        for (int callers : CALLERS) {
          String row = row(work, callers, rounds, device, ring);
          System.out.println(row);
          lines.add(row);
        }
      }
      device.root.close();
      ring.root.close();
    } finally {
      server.getOutputStream().close();
      server.waitFor();
    }
    return lines;
  }

  /** With the options that a daemon has. */
  private static Process serve(KeepAwake keepAwake, Path home) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-Xmx256m",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            TransportServer.class.getName(),
            keepAwake.name(),
            home.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static Subject subject(@Nullable String directory, long process) throws IOException {
    if (directory == null) {
      throw new IOException("A transport is not served.");
    }
    Descriptor root = FileOpener.open(Path.of(directory), OpenFlag.DIRECTORY);
    try (Arena arena = Arena.ofConfined();
        Descriptor file =
            FileOpener.open(root, CallerWork.FILE, OpenFlag.CREATE | OpenFlag.READ_WRITE, 0644)) {
      FileData.write(
          file, 0, arena.allocate((long) CallerWork.FILE_PAGES * CallerWork.PAGE).fill((byte) 7));
      FileData.sync(file);
    }
    return new Subject(root, process);
  }

  private static String row(CallerWork work, int callers, int rounds, Subject device, Subject ring)
      throws Exception {
    measure(work, callers, device, WARM_UP_NANOS);
    measure(work, callers, ring, WARM_UP_NANOS);
    List<Sample> byDevice = new ArrayList<>();
    List<Sample> byRing = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      byDevice.add(measure(work, callers, device, MEASURE_NANOS));
      byRing.add(measure(work, callers, ring, MEASURE_NANOS));
    }
    Sample first = median(byDevice);
    Sample second = median(byRing);
    return String.format(
        Locale.ROOT,
        "| %s | %d | %,.0f | %,.0f | %.2f | %.1f | %.1f | %.2f |",
        work.title(),
        callers,
        first.rate,
        second.rate,
        second.rate / first.rate,
        first.micros,
        second.micros,
        first.micros / second.micros);
  }

  private static Sample median(List<Sample> samples) {
    double[] rates = samples.stream().mapToDouble(Sample::rate).sorted().toArray();
    double[] micros = samples.stream().mapToDouble(Sample::micros).sorted().toArray();
    return new Sample(rates[rates.length / 2], micros[micros.length / 2]);
  }

  private static Sample measure(CallerWork work, int callers, Subject subject, long nanos)
      throws Exception {
    long begin = System.nanoTime();
    long ticks = ticks(subject.process);
    long count = 0;
    try (ExecutorService threads = Executors.newFixedThreadPool(callers)) {
      List<Future<Long>> counts = new ArrayList<>();
      for (int i = 0; i < callers; i++) {
        int caller = i;
        counts.add(threads.submit(() -> work.repeat(subject.root, caller, begin + nanos)));
      }
      for (Future<Long> each : counts) {
        count += each.get();
      }
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    return new Sample(count / seconds, (ticks(subject.process) - ticks) * TICK_MICROS / count);
  }

  private static long ticks(long process) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + process + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    int user = USER_TIME - 2;
    return Long.parseLong(fields[user]) + Long.parseLong(fields[user + 1]);
  }
}
