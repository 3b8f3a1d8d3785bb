package ctrenc.e2e.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Runs both benchmarks and writes their tables. Arguments: the page, and the jar of Bouncy Castle
 * LTS.
 */
public final class CryptoBenchmark {

  private static final int[] SIZES = {4096, 16384, 65536};

  /** The rows of the second table, in their order. */
  private static final List<Map.Entry<String, String>> ROWS =
      List.of(
          Map.entry("deriveKey", "derive an extent's key and commitment (HKDF-SHA512 expand)"),
          Map.entry(
              "openExtent", "open an extent: derive, check the commitment, keep and wipe the key"),
          Map.entry("openChunk", "open a chunk of 4 KiB"),
          Map.entry("sealSmallExtent", "seal an extent of 4 KiB, hedged nonce included"),
          Map.entry("sealLargeExtent", "seal an extent of 1 MiB, hedged nonce included"),
          Map.entry("sealRecord", "seal a record of 200 bytes"),
          Map.entry("openRecord", "open a record of 200 bytes"),
          Map.entry("nameToken", "token of a file name"),
          Map.entry("addToState", "add a record of 224 bytes to the state hash"));

  private CryptoBenchmark() {}

  public static void main(String[] args) throws RunnerException, IOException {
    BenchmarkPage page = new BenchmarkPage(Path.of(args[0]));
    String lts = "-D" + AeadProvider.LTS_JAR + "=" + Path.of(args[1]).toAbsolutePath();
    Collection<RunResult> aead = run(AeadBenchmark.class, lts);
    Collection<RunResult> sealing = run(SealingBenchmark.class, lts);
    page.replace("aead", aeadTable(aead));
    page.replace("sealing", sealingTable(sealing));
  }

  private static Collection<RunResult> run(Class<?> benchmark, String property)
      throws RunnerException {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("^" + benchmark.getName() + "\\.")
            .jvmArgsPrepend(property)
            .addProfiler(CpuTimeProfiler.class)
            .shouldFailOnError(true);
    return new Runner(options.build()).run();
  }

  private static List<String> aeadTable(Collection<RunResult> results) throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add("Machine: " + Machine.here() + ".");
    lines.add("");
    lines.add("| GB/s, one thread | seal 4 KiB | 16 KiB | 64 KiB | open 4 KiB | 16 KiB | 64 KiB |");
    lines.add("|---|--:|--:|--:|--:|--:|--:|");
    for (AeadProvider provider : AeadProvider.values()) {
      StringBuilder row = new StringBuilder("| " + provider.title + " |");
      for (String verb : List.of("seal", "open")) {
        for (int size : SIZES) {
          row.append(" %.2f |".formatted(size / nanos(results, verb, provider, size)));
        }
      }
      lines.add(row.toString());
    }
    return lines;
  }

  private static double nanos(
      Collection<RunResult> results, String verb, AeadProvider provider, int size) {
    return results.stream()
        .filter(result -> result.getParams().getParam("provider").equals(provider.name()))
        .filter(result -> result.getParams().getParam("size").equals(Integer.toString(size)))
        .mapToDouble(result -> nanos(result, verb))
        .filter(nanos -> nanos > 0)
        .findFirst()
        .orElseThrow();
  }

  /** CPU time of one operation, or zero if this is the result of another one. */
  private static double nanos(RunResult result, String operation) {
    boolean ours = result.getParams().getBenchmark().endsWith("." + operation);
    return ours ? result.getSecondaryResults().get(CpuTimeProfiler.RESULT).getScore() : 0;
  }

  private static List<String> sealingTable(Collection<RunResult> results) throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add("Machine: " + Machine.here() + ".");
    lines.add("");
    lines.add("| one thread | µs |");
    lines.add("|---|--:|");
    for (Map.Entry<String, String> row : ROWS) {
      double nanos =
          results.stream()
              .mapToDouble(result -> nanos(result, row.getKey()))
              .filter(value -> value > 0)
              .findFirst()
              .orElseThrow();
      lines.add("| %s | %.2f |".formatted(row.getValue(), nanos / 1000));
    }
    return lines;
  }
}
