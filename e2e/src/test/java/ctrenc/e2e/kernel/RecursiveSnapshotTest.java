package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import ctrenc.e2e.harness.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Snapshots of mounted roots with all that is nested in them, by the command line. */
@Tag("kernel")
@Timeout(300)
class RecursiveSnapshotTest extends DaemonCase {

  /** Counts up in three subvolumes in turn, so that none is ever ahead of the one before it. */
  private static final String COUNT =
      """
      mkdir -p /c && cd /c && mkdir .ctr-enc/subvolumes/a && mkdir a/.ctr-enc/subvolumes/b
      i=0
      while :; do
        i=$((i+1))
        echo $i >> a/b/log; echo $i >> log; echo $i >> a/log
      done
      """;

  @Test
  void aRunningTreeIsHeldAtOneInstant() throws IOException {
    daemon.cli("run", "-d", "--name", "w", "--host", "--", "sh", "-c", COUNT).ok();
    while (daemon.cli("exec", "w", "--", "test", "-s", "/c/a/log").run().exit() != 0) {
      Thread.onSpinWait();
    }
    for (int i = 0; i < 5; i++) {
      String made = daemon.cli("snapshot", "create", "--recursive", "--json", "w@" + i).ok();
      JsonObject shown = JsonParser.parseString(made).getAsJsonObject();
      assertThat(shown.get("nested").getAsInt()).isEqualTo(2);
      Path root = daemon.mount("w@" + i).resolve("c");
      int first = Files.readAllLines(root.resolve("a/b/log")).size();
      int second = Files.readAllLines(root.resolve("log")).size();
      int third = Files.readAllLines(root.resolve("a/log")).size();
      assertThat(second).isBetween(first - 1, first);
      assertThat(third).isBetween(first - 1, second);
    }
    daemon.cli("rm", "-f", "--snapshots", "w").ok();
  }

  @Test
  void nestedOnesShowAtTheirPlacesForReadingAlone() throws IOException {
    Path root = daemon.create("--empty", "--keep", "r");
    nest(root, "a");
    nest(root.resolve("a"), "b");
    Files.writeString(root.resolve("a/b/f"), "before");
    Files.createDirectory(root.resolve("a/.ctr-enc/recursive-snapshots/inner"));
    assertThat(root.resolve("a/b/.ctr-enc/snapshots/inner")).isDirectory();
    Files.delete(root.resolve("a/.ctr-enc/recursive-snapshots/inner"));
    daemon.cli("snapshot", "create", "--recursive", "r@one").ok();
    Files.writeString(root.resolve("a/b/f"), "after");
    Path one = daemon.mount("r@one");
    assertThat(one.resolve("a/b/f")).hasContent("before");
    assertThat(Command.of("ls", "-lR", one.toString()).ok()).contains("f");
    assertThat(Command.of("touch", one.resolve("a/b/x").toString()).run().err())
        .contains("Read-only file system");
    assertThat(one.resolve("a/.ctr-enc")).doesNotExist();
    assertThat(daemon.cli("snapshot", "rm", "r@one").run().exit()).isEqualTo(5);
    daemon.cli("umount", "r@one").ok();
  }

  @Test
  void itOpensAfterARestartAndLosesWhatIsDestroyed() throws IOException {
    Path root = daemon.create("--empty", "--keep", "r");
    nest(root, "a");
    Files.writeString(root.resolve("a/f"), "before");
    daemon.cli("snapshot", "create", "--recursive", "r@one").ok();
    Files.writeString(root.resolve("a/f"), "after");
    daemon.cli("daemon", "stop").ok();
    daemon.startAgain();
    assertThat(daemon.mount("r@one").resolve("a/f")).hasContent("before");
    Path again = daemon.mount("r");
    assertThat(again.resolve("a/f")).hasContent("after");
    Files.delete(again.resolve(".ctr-enc/subvolumes/a"));
    assertThat(daemon.mount("r@one").resolve("a")).isEmptyDirectory();
    assertThat(again.resolve("a")).doesNotExist();
    daemon.cli("umount", "r@one").ok();
    daemon.cli("snapshot", "rm", "r@one").ok();
    daemon.cli("rm", "r").ok();
    assertThat(daemon.state().resolve("segments")).isEmptyDirectory();
  }

  @Test
  void aForkHasSubvolumesOfItsOwn() throws IOException {
    Path root = daemon.create("--empty", "r");
    nest(root, "a");
    Files.writeString(root.resolve("a/f"), "before");
    daemon.cli("snapshot", "create", "--recursive", "r@one").ok();
    Path fork = Path.of(daemon.cli("fork", "--keep", "r@one", "f").ok().strip());
    Files.writeString(root.resolve("a/f"), "origin");
    daemon.cli("rm", "--snapshots", "r").ok();
    assertThat(fork.resolve("a/f")).hasContent("before");
    Files.writeString(fork.resolve("a/f"), "fork");
    assertThat(fork.resolve("a/.ctr-enc/info")).content().contains("parent ");
    daemon.cli("daemon", "stop").ok();
    daemon.startAgain();
    assertThat(daemon.mount("f").resolve("a/f")).hasContent("fork");
    daemon.cli("rm", "f").ok();
    assertThat(daemon.state().resolve("segments")).isEmptyDirectory();
  }
}
