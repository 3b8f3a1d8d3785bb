package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.TestDaemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** An older copy of the state directory in the place of the newer one: what a HEAD tells. */
@Tag("kernel")
class RollbackTest {

  private Path state;
  private Path old;

  @BeforeEach
  void places() throws IOException {
    Path home = Files.createTempDirectory(Path.of("/var/tmp"), "ctr-enc-e2e-rollback");
    state = Files.createDirectories(home.resolve("state"));
    old = home.resolve("old");
  }

  @AfterEach
  void remove() throws IOException {
    Command.of("rm", "-rf", String.valueOf(state.getParent())).ok();
  }

  @Test
  void olderCopyOfAStrictRootIsRefusedUntilItIsAccepted() throws IOException {
    try (TestDaemon daemon = TestDaemon.startOn(state)) {
      Path root = daemon.create("vault", "--empty", "--keep");
      Files.writeString(root.resolve("balance"), "1000");
      assertThat(daemon.cli("lock", "--strict", "vault").ok())
          .containsPattern("[0-9a-f]{32}-[0-9a-f]{4}");
    }
    Command.of("cp", "-a", state.toString(), old.toString()).ok();
    String head = spend();
    Command.of("rm", "-rf", state.toString()).ok();
    Command.of("cp", "-a", old.toString(), state.toString()).ok();
    try (TestDaemon daemon = TestDaemon.startOn(state)) {
      assertThat(daemon.cli("unlock", "vault").run().exit()).isEqualTo(5);
      assertThat(daemon.cli("mount", "vault").run().exit()).isEqualTo(5);
      Command.Result refused = daemon.cli("unlock", "--head", head, "vault").run();
      assertThat(refused.exit()).isEqualTo(5);
      assertThat(refused.err()).contains("older than the HEAD").contains("--accept-rollback");
      daemon.cli("unlock", "--accept-rollback", "vault").ok();
      Path root = daemon.mount("vault");
      assertThat(root.resolve("balance")).hasContent("1000");
      assertThat(Files.readString(state.resolve("audit.log"))).contains("accepted rollback");
      String now = daemon.cli("lock", "vault").ok().strip();
      daemon.cli("unlock", "--head", now, "vault").ok();
    }
  }

  /** Returns the HEAD of what is there afterwards. */
  private String spend() throws IOException {
    try (TestDaemon daemon = TestDaemon.startOn(state)) {
      daemon.cli("unlock", "--accept-rollback", "vault").ok();
      Path root = daemon.mount("vault");
      Files.writeString(root.resolve("balance"), "0");
      return daemon.cli("lock", "vault").ok().strip();
    }
  }
}
