package ctrenc.e2e.harness;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Everything two trees must agree on to be the same, a line an object: contents, modes, owners,
 * times, links, attributes, holes.
 */
public final class Manifest {

  private Manifest() {}

  public static List<String> of(Path root) throws IOException {
    return list(root);
  }

  /**
   * As {@link #of(Path)}; modification times not older than {@code started} (seconds) read as
   * "now".
   */
  public static List<String> of(Path root, long started) throws IOException {
    return list(root, "--times-before", Long.toString(started));
  }

  /** Copies a script of these tests into a directory. */
  public static Path resource(String name, Path directory) throws IOException {
    Path copy = directory.resolve(name);
    try (InputStream in = Manifest.class.getResourceAsStream("/ctrenc/e2e/" + name)) {
      if (in == null) {
        throw new IllegalStateException("no such resource: " + name);
      }
      Files.copy(in, copy, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }
    return copy;
  }

  private static List<String> list(Path root, String... more) throws IOException {
    Path directory = Files.createTempDirectory("ctr-enc-e2e");
    try {
      List<String> argv =
          new ArrayList<>(
              List.of("python3", resource("manifest.py", directory).toString(), root.toString()));
      argv.addAll(Arrays.asList(more));
      return Command.of(argv.toArray(String[]::new))
          .within(Duration.ofMinutes(5))
          .ok()
          .lines()
          .toList();
    } finally {
      Command.of("rm", "-r", directory.toString()).ok();
    }
  }
}
