package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Canary;
import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.KeyHunt;
import ctrenc.e2e.harness.ProcessMemory;
import ctrenc.e2e.harness.TestDaemon;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What opens a kept root, and what locking one leaves. */
@Tag("kernel")
class LockTest {

  private static final String SECRET = "correct horse battery staple";

  private TestDaemon daemon;
  private Path files;

  @BeforeEach
  void start() throws IOException {
    daemon = TestDaemon.start();
    files = Files.createTempDirectory("ctr-enc-e2e-secrets");
  }

  @AfterEach
  void stop() throws IOException {
    daemon.close();
    Command.of("rm", "-rf", files.toString()).ok();
  }

  private String file(String name, String content) throws IOException {
    return Files.writeString(files.resolve(name), content).toString();
  }

  @Test
  void nothingOfALockedRootIsInMemoryAndItsPassphraseBringsItBack() throws IOException {
    String passphrase = file("passphrase", SECRET + "\n");
    Path root =
        daemon.create(
            "vault",
            "--empty",
            "--keep",
            "--protect",
            "passphrase",
            "--passphrase-file",
            passphrase);
    Canary canary = Canary.fresh();
    canary.fill(root);
    Map<String, byte[]> things = canary.with(KeyHunt.keys(daemon, "vault"));
    assertThat(things).containsKeys("KEK", "layer key", "name key");
    ProcessMemory memory = new ProcessMemory(daemon.pid());
    assertThat(ProcessMemory.names(memory.find(things))).contains("KEK", "layer key", "canary");

    daemon.cli("lock", "vault").ok();
    assertThat(root).doesNotExist();
    assertThat(memory.find(things)).isEmpty();
    assertThat(daemon.cli("inspect", "vault", "--json").ok()).contains("\"state\":\"locked\"");

    assertThat(daemon.cli("mount", "vault").run().exit()).isEqualTo(5);
    String wrong = file("wrong", "Correct horse battery staple\n");
    Command.Result refused = daemon.cli("unlock", "vault", "--passphrase-file", wrong).run();
    assertThat(refused.exit()).isEqualTo(5);
    assertThat(refused.err()).contains("one of the given protectors opens");

    daemon.stop();
    daemon.startAgain();
    daemon.cli("unlock", "vault", "--passphrase-file", passphrase).ok();
    String again = daemon.cli("mount", "vault").ok().strip();
    assertThat(Path.of(again).resolve("unsynced")).hasContent(canary.text());
  }

  @Test
  void holdersAreNamedAndGoOnWithoutKeysIfForced() throws Exception {
    Path root = daemon.create("busy", "--empty", "--keep");
    Files.writeString(root.resolve("note"), "synced before");
    String script =
        "exec 3>>\"$1\"/note; read line; if printf more >&3 && sync \"$1\"/note; then echo lost;"
            + " else echo refused; fi; cat \"$1\"/note || echo unreadable";
    Process holder =
        new ProcessBuilder("bash", "-c", "cd \"$1\"; " + script, "holder", root.toString())
            .redirectErrorStream(true)
            .start();
    try {
      String refused = "";
      for (int i = 0; i < 50 && !refused.contains("(bash)"); i++) {
        refused = daemon.cli("lock", "busy").run().err();
      }
      assertThat(refused).contains(holder.pid() + " (bash)").contains(root.toString());

      Command.Result forced = daemon.cli("lock", "--force", "busy").run();
      assertThat(forced.exit()).as(forced.err()).isZero();
      assertThat(forced.err()).contains(holder.pid() + " (bash)");
      holder.getOutputStream().write('\n');
      holder.getOutputStream().close();
      assertThat(holder.waitFor(60, TimeUnit.SECONDS)).isTrue();
      String said = new String(holder.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(said).contains("refused").contains("unreadable").doesNotContain("lost");
    } finally {
      holder.destroyForcibly();
    }
    String again = daemon.cli("mount", "busy").ok().strip();
    assertThat(Path.of(again).resolve("note")).hasContent("synced before");
  }

  @Test
  void waysToOpenAreAddedAndTakenAway() throws IOException {
    daemon.create("many", "--empty", "--keep");
    String passphrase = file("passphrase", SECRET + "\n");
    String recipient = files.resolve("recipient").toString();
    String keyFile = file("key", "0123456789abcdef0123456789abcdef");
    daemon.cli("key", "generate-recipient", recipient).ok();
    daemon.cli("key", "add", "many", "--protect", "recipient:" + recipient + ".pub").ok();
    daemon
        .cli(
            "key",
            "add",
            "many",
            "--protect",
            "machine+passphrase",
            "--passphrase-file",
            passphrase)
        .ok();
    daemon.cli("key", "add", "many", "--protect", "keyfile:" + keyFile, "--replace", "1").ok();
    String recovery = daemon.cli("key", "add", "many", "--protect", "recovery").ok();
    assertThat(recovery.strip()).matches("([A-Z2-7]{5}-){6}[A-Z2-7]{5}");
    assertThat(daemon.cli("key", "ls", "many").ok())
        .isEqualTo("1  recipient\n2  machine + passphrase\n3  keyfile\n4  recovery\n");

    daemon.cli("lock", "many").ok();
    assertThat(daemon.cli("mount", "many").run().exit())
        .as("the machine's key no more")
        .isEqualTo(5);
    daemon.cli("unlock", "many", "--identity", recipient).ok();
    daemon.cli("lock", "many").ok();
    daemon.cli("unlock", "many", "--key-file", keyFile).ok();
    daemon.cli("lock", "many").ok();
    daemon.cli("unlock", "many", "--passphrase-file", passphrase).ok();

    for (int i = 0; i < 3; i++) {
      daemon.cli("key", "rm", "many", "1").ok();
    }
    assertThat(daemon.cli("key", "rm", "many", "1").run().err()).contains("last way");
    daemon.cli("lock", "many").ok();
    assertThat(daemon.cli("unlock", "many", "--identity", recipient).run().exit()).isEqualTo(5);
  }
}
