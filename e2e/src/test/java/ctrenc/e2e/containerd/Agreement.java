package ctrenc.e2e.containerd;

import com.google.gson.JsonParser;
import ctrenc.e2e.harness.Condition;
import ctrenc.e2e.harness.Containerd;
import ctrenc.e2e.harness.TestDaemon;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What containerd knows of snapshots, and what the daemon has of them. */
record Agreement(TestDaemon daemon, Containerd containerd) {

  private static final Duration LONG = Duration.ofMinutes(1);

  /** containerd removes in the background what it does not know of, and then asks for a cleanup. */
  void require() {
    containerd.ctr("content", "prune", "references").run();
    Condition.await("both know the same snapshots", LONG, () -> ours().equals(theirs()));
    daemon.cli("check").ok();
  }

  /** Names as containerd calls them; it puts its namespace and a number before. */
  private TreeSet<String> ours() {
    TreeSet<String> names = new TreeSet<>();
    for (Path record : list(daemon.state().resolve("snapshotter/records"))) {
      try {
        String name =
            JsonParser.parseString(Files.readString(record))
                .getAsJsonObject()
                .get("name")
                .getAsString();
        names.add(name.replaceFirst("^[^/]+/\\d+/", ""));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return names;
  }

  private TreeSet<String> theirs() {
    return new TreeSet<>(containerd.snapshotNames());
  }

  private static List<Path> list(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> !file.toString().endsWith(".new")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void awaitNoKeys() {
    Path segments = daemon.state().resolve("segments");
    Condition.await("what was encrypted is gone", LONG, () -> list(segments).isEmpty());
  }
}
