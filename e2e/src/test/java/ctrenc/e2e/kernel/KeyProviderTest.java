package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.Condition;
import ctrenc.e2e.harness.KeyProviderProcess;
import ctrenc.e2e.harness.KeyProviderServer.Manner;
import ctrenc.e2e.harness.TestDaemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A root that a key provider opens, which is a process of its own, over the daemon's restart. */
@Tag("kernel")
@Timeout(300)
class KeyProviderTest {

  private static final int REFUSED = 5;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path files;

  @Test
  void opensByTheProviderThatWrappedItAlone() throws Exception {
    Path config = files.resolve("providers.json");
    try (TestDaemon daemon =
            TestDaemon.startWith(Map.of("CTR_ENC_KEY_PROVIDER_CONFIG", config.toString()));
        KeyProviderProcess right = KeyProviderProcess.start(Manner.HONEST)) {
      configure(config, right.address());
      Path root =
          daemon.create("served", "--empty", "--keep", "--protect", "provider:vault:ring-1");
      Files.writeString(root.resolve("file"), "content");
      assertThat(daemon.cli("key", "ls", "served").ok()).isEqualTo("1  provider\n");
      daemon.stop();
      daemon.startAgain();
      assertThat(daemon.cli("mount", "served").run().exit()).isEqualTo(REFUSED);

      for (Manner manner : Manner.values()) {
        try (KeyProviderProcess other = KeyProviderProcess.start(manner)) {
          configure(config, other.address());
          assertThat(refusal(daemon)).contains(sentence(manner, other.address()));
        }
      }
      assertThat(refusal(daemon)).contains("UNAVAILABLE");
      assertThat(daemon.cli("mount", "served").run().exit()).isEqualTo(REFUSED);

      configure(config, right.address());
      Condition.await("it opens", PATIENCE, () -> unlock(daemon).exit() == 0);
      assertThat(daemon.mount("served").resolve("file")).hasContent("content");
      daemon.cli("check").ok();
    }
  }

  private static void configure(Path config, String address) throws IOException {
    Files.writeString(
        config, "{\"key-providers\": {\"vault\": {\"grpc\": \"%s\"}}}".formatted(address));
  }

  private static Command.Result unlock(TestDaemon daemon) {
    return daemon.cli("unlock", "served", "--provider", "vault:ring-1").run();
  }

  /** Why it does not open; wrong secrets that were given before are waited for. */
  private static String refusal(TestDaemon daemon) {
    StringBuilder said = new StringBuilder();
    Condition.await(
        "it is refused",
        PATIENCE,
        () -> {
          Command.Result refused = unlock(daemon);
          assertThat(refused.exit()).as(refused.out()).isEqualTo(REFUSED);
          said.setLength(0);
          said.append(refused.err());
          return !refused.err().contains("try again");
        });
    return said.toString();
  }

  private static String sentence(Manner manner, String address) {
    return switch (manner) {
      case HONEST -> "the key provider vault at " + address + " did not do it: INVALID_ARGUMENT";
      case LYING -> "none of the given protectors opens";
      case BABBLING -> "the key provider vault at " + address + " gave an answer that is none";
    };
  }
}
