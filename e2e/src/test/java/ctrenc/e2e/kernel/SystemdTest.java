package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Condition;
import ctrenc.e2e.harness.SystemdStandIn;
import ctrenc.e2e.harness.TestDaemon;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The daemon as a service whose manager holds what outlives it, in the keeper's place. */
@Tag("kernel")
@Timeout(300)
class SystemdTest {

  private static final Duration LONG = Duration.ofMinutes(2);
  private static final Map<String, String> SETTINGS =
      Map.of("CTR_ENC_KEEPER", "true", "CTR_ENC_SYSTEMD_STORE", "true");

  private static final String COUNTING = "while sleep 0.1; do date +%N > /n; done";

  @Test
  void rootsAndProcessesGoOnOverTheDaemonsDeath() throws Exception {
    try (TestDaemon daemon = TestDaemon.served(SETTINGS);
        SystemdStandIn systemd =
            SystemdStandIn.start(daemon.run(), daemon.cli("daemon", "serve"))) {
      systemd.awaitStart(1);
      Path root = daemon.create("kept", "--empty");
      Files.writeString(root.resolve("before"), "1");
      daemon.cli("run", "--detach", "--name", "on", "--host", "--", "sh", "-c", COUNTING).ok();
      for (int death = 1; death <= 3; death++) {
        systemd.killService();
        systemd.awaitStart(1 + death);
        assertThat(root.resolve("before")).hasContent("1");
        Files.writeString(root.resolve("after" + death), "2");
      }
      assertThat(daemon.keepers()).isEmpty();
      String seen = count(daemon);
      Condition.await("the container goes on", LONG, () -> !count(daemon).equals(seen));
      daemon.cli("rm", "--force", "on").ok();
      daemon.cli("rm", "kept").ok();
      assertThat(systemd.end()).as("descriptors that are left in the store").isZero();
    }
  }

  private static String count(TestDaemon daemon) {
    return daemon.cli("exec", "on", "--", "cat", "/n").ok();
  }
}
