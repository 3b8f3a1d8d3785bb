package ctrenc.e2e.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/**
 * Mounts that a test may have left. A connection is aborted before its mount is taken down, so that
 * nothing can hang.
 */
public final class FuseMounts {

  private static final Path CONNECTIONS = Path.of("/sys/fs/fuse/connections");

  private FuseMounts() {}

  /** Mount points below a directory, the deepest first. */
  public static List<Path> below(Path directory) throws IOException {
    return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
        .map(line -> line.split(" "))
        .map(fields -> Path.of(fields[4].replace("\\040", " ")))
        .filter(point -> point.startsWith(directory))
        .sorted(Comparator.comparing(Path::getNameCount).reversed())
        .toList();
  }

  public static void takeDownBelow(Path directory) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
      String[] fields = line.split(" ");
      if (Path.of(fields[4]).startsWith(directory) && line.contains(" - fuse")) {
        abort(fields[2].substring(fields[2].indexOf(':') + 1));
      }
    }
    for (Path point : below(directory)) {
      Command.of("umount", "-l", point.toString()).run();
    }
  }

  private static void abort(String connection) throws IOException {
    Path abort = CONNECTIONS.resolve(connection).resolve("abort");
    if (Files.exists(abort)) {
      Files.writeString(abort, "1");
    }
  }
}
