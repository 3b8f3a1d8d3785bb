package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Condition;
import ctrenc.e2e.harness.TestDaemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A container goes on when the daemon that started it dies. */
@Tag("kernel")
class KeptContainerTest {

  private static final Duration LONG = Duration.ofMinutes(5);

  /** Counts to its output and into a file until it is told to end. */
  private static final String COUNTER =
      "i=0; while [ ! -e /go/stop ]; do i=$((i + 1)); echo line $i; echo $i > /count; sleep 0.01;"
          + " done; echo last $(cat /count) $i; exit 7";

  @Test
  void backgroundContainerGoesOn(@TempDir Path go) throws IOException {
    try (TestDaemon daemon = TestDaemon.startKept()) {
      daemon
          .cli("run", "-d", "--name", "c", "--host", "-v", go + ":/go", "--", "sh", "-c", COUNTER)
          .ok();
      daemon.awaitKept(1);
      Condition.await("it counts", LONG, () -> logs(daemon).contains("line 20\n"));
      daemon.killAndAwaitNext();
      long lines = logs(daemon).lines().count();
      Condition.await("it goes on", LONG, () -> logs(daemon).lines().count() > lines + 20);
      assertThat(daemon.cli("exec", "c", "--", "cat", "/etc/hostname").run().exit()).isZero();
      daemon.killAndAwaitNext();
      Files.createFile(go.resolve("stop"));
      Condition.await("it ends", LONG, () -> logs(daemon).contains("last "));
      Condition.await("its end is known", LONG, () -> daemon.cli("ps").ok().contains("exited"));
      assertThat(daemon.cli("inspect", "--json", "c").ok()).contains("\"exitCode\":7");
      requireEveryLine(logs(daemon));
    }
  }

  private static String logs(TestDaemon daemon) {
    return daemon.cli("logs", "c").run().out();
  }

  private static void requireEveryLine(String log) {
    int expected = 1;
    for (String line : log.lines().filter(text -> text.startsWith("line ")).toList()) {
      assertThat(line).isEqualTo("line " + expected);
      expected++;
    }
    String last = "last %d %d".formatted(expected - 1, expected - 1);
    assertThat(log.lines().toList().getLast()).isEqualTo(last);
  }

  @Test
  void foregroundContainerGoesOn(@TempDir Path go) throws Exception {
    try (TestDaemon daemon = TestDaemon.startKept()) {
      Process caller =
          daemon
              .cli("run", "--host", "-v", go + ":/go", "--", "sh", "-c", "touch /go/on; " + COUNTER)
              .startPiped();
      Condition.await("it runs", LONG, () -> Files.exists(go.resolve("on")));
      daemon.awaitKept(1);
      daemon.succeed();
      daemon.killAndAwaitNext();
      Files.createFile(go.resolve("stop"));
      String output = new String(caller.getInputStream().readAllBytes());
      assertThat(caller.waitFor(5, TimeUnit.MINUTES)).isTrue();
      assertThat(output).contains("line 1\n").contains("last ").doesNotContain("ctr-enc:");
      assertThat(caller.exitValue()).as("the next daemon cleans up").isEqualTo(7);
      assertThat(daemon.cli("ps", "--json").ok()).doesNotContain("\"id\"");
    }
  }
}
