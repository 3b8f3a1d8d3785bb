package ctrenc.e2e.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What a measured number depends on. */
record Machine(String cpu, int processors, Set<String> features, String kernel, String jdk) {

  /** Those that decide how fast AES and SHA run. */
  private static final Set<String> TELLING =
      Set.of("aes", "avx2", "avx512f", "vaes", "vpclmulqdq", "sha_ni");

  static Machine here() throws IOException {
    List<String> cpuinfo = Files.readAllLines(Path.of("/proc/cpuinfo"));
    Set<String> features = new TreeSet<>(List.of(field(cpuinfo, "flags").split(" ")));
    features.retainAll(TELLING);
    return new Machine(
        field(cpuinfo, "model name"),
        Runtime.getRuntime().availableProcessors(),
        features,
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        System.getProperty("java.vendor") + " " + System.getProperty("java.runtime.version"));
  }

  private static String field(List<String> cpuinfo, String name) {
    return cpuinfo.stream()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("unknown");
  }

  @Override
  public String toString() {
    return "%s, %d processors (%s); %s; %s"
        .formatted(cpu, processors, String.join(" ", features), kernel, jdk);
  }
}
