package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.Condition;
import ctrenc.e2e.harness.TestDaemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The daemon is killed under those who use what is nested in a root: they wait, and go on. */
@Tag("kernel")
@Timeout(300)
class KeeperNestingTest {

  private static final Duration LONG = Duration.ofMinutes(2);

  /**
   * Writes to an open file of a nested subvolume, counts, reads a snapshot of it, and makes and
   * destroys another one.
   */
  private static final String WORK =
      """
      cd "$1"; mkdir .ctr-enc/subvolumes/a a/.ctr-enc/subvolumes/b; cd a/b
      echo gone > g; exec 3>> f 4< g; rm g; i=0; n=$(stat -c %i f)
      echo old > o; mkdir .ctr-enc/snapshots/s; was=.ctr-enc/snapshots/s; exec 5< $was/o; echo new > o
      while [ ! -e "$2" ]; do
        i=$((i + 1)); echo $i >&3; [ "$(tail -n 1 f)" = $i ]; [ "$(cat $was/o)" = old ]
        mkdir .ctr-enc/subvolumes/c; echo $i > c/f; [ "$(cat c/f)" = $i ]
        mv c d; rmdir .ctr-enc/subvolumes/d; [ ! -e d ]; [ ! -e c ]
      done
      [ "$(wc -l < f)" = $i ]; [ "$(cat <&4) $(cat <&5)" = "gone old" ]; [ "$(stat -c %i f)" = $n ]; ls; echo same
      """;

  private static TestDaemon daemon;

  @BeforeAll
  static void start() throws IOException {
    daemon = TestDaemon.startKept();
  }

  @AfterAll
  static void stop() throws IOException {
    daemon.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"kept", "thrown"})
  void whoWorksInNestedOnesGoesOn(String name) throws Exception {
    boolean isKept = name.equals("kept");
    Path root = isKept ? daemon.create(name, "--empty", "--keep") : daemon.create(name, "--empty");
    Path stop = root.resolve("stop");
    Process work =
        Command.of("sh", "-euc", WORK, "work", root.toString(), stop.toString()).startPiped();
    Condition.await("it works", LONG, () -> Files.exists(root.resolve("a/b/f")));
    daemon.awaitKept(1);
    for (int i = 0; i < 2; i++) {
      daemon.killAndAwaitNext();
    }
    daemon.succeed();
    Files.createFile(stop);
    assertThat(work.waitFor(2, TimeUnit.MINUTES)).isTrue();
    String said = new String(work.getInputStream().readAllBytes());
    assertThat(said).endsWith("f\no\nsame\n");
    daemon.cli("rm", "--force", name).ok();
    daemon.cli("check").ok();
    assertThat(daemon.state().resolve("segments")).isEmptyDirectory();
  }
}
