package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.Condition;
import ctrenc.e2e.harness.TestDaemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A daemon that uses a root of its own when it starts leaves nothing of it, however it ends. */
@Tag("kernel")
@Timeout(300)
class RehearsalTest {

  private static final Duration LONG = Duration.ofMinutes(3);

  private static TestDaemon start() throws IOException {
    TestDaemon daemon = TestDaemon.startWith(Map.of("CTR_ENC_REHEARSAL", "true"));
    Condition.await("the rehearsal has begun", LONG, () -> isShown(daemon));
    return daemon;
  }

  private static Path scratch(TestDaemon daemon) {
    return daemon.run().resolve("rehearsal");
  }

  private static boolean isShown(TestDaemon daemon) {
    String place = daemon.run().resolve("roots/rehearsal").toString();
    return Command.sh("cat /proc/self/mounts").ok().contains(" " + place + " ");
  }

  @Test
  void itEndsByItselfAndLeavesNothing() throws IOException {
    try (TestDaemon daemon = start()) {
      Condition.await(
          "the rehearsal is over", LONG, () -> !Files.exists(scratch(daemon)) && !isShown(daemon));
      assertThat(daemon.cli("ps", "--json").ok().strip()).isEqualTo("[]");
      assertThat(Files.readString(daemon.run().resolve("daemon.log"))).doesNotContain("rehearsal");
    }
  }

  @Test
  void theDaemonStopsInTheMiddleOfIt() throws IOException {
    try (TestDaemon daemon = start()) {
      daemon.stop();
      assertThat(isShown(daemon)).isFalse();
    }
  }

  @Test
  void aKilledDaemonIsGoneAndTheNextOneCleansUp() throws IOException {
    try (TestDaemon daemon = start()) {
      daemon.kill();
      daemon.startAgain();
      Condition.await(
          "the next rehearsal is over",
          LONG,
          () -> !Files.exists(scratch(daemon)) && !isShown(daemon));
    }
  }
}
