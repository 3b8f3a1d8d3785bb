package ctrenc.e2e.bench;

import ctrenc.cli.rpc.Connection;
import ctrenc.cli.rpc.Places;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures what much costs: many roots, many files, many layers, large files. Arguments: the page,
 * the state and run directories of a daemon, its process id, and an empty directory.
 */
public final class GrowthBenchmark {

  private GrowthBenchmark() {}

  public static void main(String[] args) throws Exception {
    Places places = new Places(Path.of(args[1]), Path.of(args[2]));
    List<String> lines = new ArrayList<>();
    lines.add("Machine: %s.".formatted(Machine.here()));
    try (Connection connection = new Connection(places.socket())) {
      MeasuredDaemon daemon =
          new MeasuredDaemon(connection, Long.parseLong(args[3]), places.state());
      add(lines, new RootsGrowth(daemon).measure());
      add(lines, new CopyUpGrowth(daemon, Path.of(args[4])).measure());
      add(lines, new FilesGrowth(daemon).measure());
    }
    new BenchmarkPage(Path.of(args[0])).replace("growth", lines);
  }

  private static void add(List<String> lines, List<String> part) {
    lines.add("");
    lines.addAll(part);
    part.forEach(System.out::println);
  }
}
