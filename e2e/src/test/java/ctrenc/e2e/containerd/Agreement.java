package ctrenc.e2e.containerd;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import ctrenc.e2e.harness.Condition;
import ctrenc.e2e.harness.Containerd;
import ctrenc.e2e.harness.TestDaemon;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What containerd knows of snapshots, and what the daemon has of them. */
record Agreement(TestDaemon daemon, Containerd containerd) {

  private static final Duration LONG = Duration.ofMinutes(2);

  void require() {
    containerd.awaitSnapshotter();
    Condition.await(
        "both know the same snapshots",
        LONG,
        () -> {
          collectGarbage();
          return ours().equals(theirs());
        });
    daemon.cli("check").ok();
  }

  /**
   * containerd looks for snapshots that it does not know of, and asks for a cleanup, only when
   * something was removed since it started.
   */
  private void collectGarbage() {
    containerd.snapshots("prepare", "removed").run();
    containerd.snapshots("rm", "removed").run();
    containerd.ctr("content", "prune", "references").run();
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
      } catch (NoSuchFileException removedMeanwhile) {
        continue;
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

  /** Removes containers, leases, images and snapshots, as an administrator would. */
  void removeAll() {
    for (String container : containerd.ctr("containers", "ls", "-q").ok().lines().toList()) {
      containerd.ctr("tasks", "kill", "-s", "SIGKILL", container).run();
      Condition.await(
          "the task " + container + " is removed",
          LONG,
          () -> {
            containerd.ctr("tasks", "rm", "--force", container).run();
            return containerd.ctr("containers", "rm", container).run().exit() == 0;
          });
    }
    for (String lease : containerd.ctr("leases", "ls", "-q").ok().lines().toList()) {
      containerd.ctr("leases", "rm", lease).ok();
    }
    for (String image : containerd.ctr("images", "ls", "-q").ok().lines().toList()) {
      containerd.ctr("images", "rm", "--sync", image).ok();
    }
    Condition.await(
        "all snapshots are removed",
        LONG,
        () -> {
          collectGarbage();
          containerd.snapshotNames().forEach(name -> containerd.snapshots("rm", name).run());
          return containerd.snapshotNames().isEmpty();
        });
  }

  void awaitNoKeys() {
    Path segments = daemon.state().resolve("segments");
    Condition.await("what was encrypted is gone", LONG, () -> list(segments).isEmpty());
  }

  void requireNothing() {
    for (String place : List.of("snapshotter/trees", "snapshotter/records", "segments", "keys")) {
      assertThat(daemon.state().resolve(place)).isEmptyDirectory();
    }
    assertThat(daemon.cli("image", "ls", "--json").ok().strip()).isEqualTo("[]");
    assertThat(daemon.run().resolve("roots")).isEmptyDirectory();
    daemon.cli("check").ok();
  }
}
