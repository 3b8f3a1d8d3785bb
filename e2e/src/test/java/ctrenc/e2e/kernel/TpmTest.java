package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Canary;
import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.Condition;
import ctrenc.e2e.harness.FileHunt;
import ctrenc.e2e.harness.KeyHunt;
import ctrenc.e2e.harness.SoftwareTpm;
import ctrenc.e2e.harness.TestDaemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Roots that the machine's TPM opens, and what another TPM, or none, makes of them. */
@Tag("kernel")
class TpmTest {

  private Path files;
  private Path socket;
  private SoftwareTpm tpm;
  private TestDaemon daemon;

  @BeforeEach
  void start() throws IOException {
    files = Files.createTempDirectory("ctr-enc-e2e-tpm");
    socket = files.resolve("socket");
    tpm = SoftwareTpm.start(files.resolve("mine"), socket);
    daemon = startDaemon("PT5M");
  }

  /** One that waits so long for the TPM. */
  private TestDaemon startDaemon(String patience) throws IOException {
    return TestDaemon.startWith(
        Map.of("CTR_ENC_TPM", socket.toString(), "CTR_ENC_TPM_PATIENCE", patience));
  }

  @AfterEach
  void stop() throws IOException {
    daemon.close();
    tpm.close();
    Command.of("rm", "-rf", files.toString()).ok();
  }

  /** Switches the TPM off and that with this state on. */
  private void exchange(String state) throws IOException {
    tpm.close();
    tpm = SoftwareTpm.start(files.resolve(state), socket);
  }

  private String passphrase() throws IOException {
    return Files.writeString(files.resolve("passphrase"), "correct horse\n").toString();
  }

  private Command.Result refused(String... args) {
    Command.Result refused = daemon.cli(args).run();
    assertThat(refused.exit()).isEqualTo(5);
    return refused;
  }

  @Test
  void tpmOpensItsRootAfterARestartAndNoOtherOneDoes() throws IOException {
    Path root = daemon.create("vault", "--empty", "--keep", "--protect", "tpm");
    Files.writeString(root.resolve("file"), "content");
    assertThat(daemon.cli("key", "ls", "vault").ok()).isEqualTo("1  tpm\n");
    assertThat(daemon.cli("doctor", "--json").run().out()).contains("TPM 2.0");
    Canary canary = Canary.fresh();
    canary.fill(root);
    Map<String, byte[]> keys = KeyHunt.keys(daemon, "vault");
    assertThat(keys).containsKeys("KEK", "layer key");

    daemon.stop();
    exchange("mine");
    daemon.startAgain();
    assertThat(daemon.mount("vault").resolve("file")).hasContent("content");
    daemon.cli("lock", "vault").ok();
    for (Path place : List.of(daemon.state(), daemon.run(), files)) {
      assertThat(FileHunt.find(place, canary.with(keys))).isEmpty();
    }

    exchange("others");
    assertThat(refused("unlock", "vault").err()).contains("is another one").contains("cleared");
    assertThat(refused("mount", "vault").err()).contains("is another one");
    tpm.close();
    assertThat(refused("mount", "vault").err()).contains("There is no TPM 2.0 at " + socket);

    tpm = SoftwareTpm.start(files.resolve("mine"), socket);
    assertThat(daemon.mount("vault").resolve("file")).hasContent("content");
  }

  @Test
  void tpmAndPassphraseAreBothNeeded() throws IOException {
    String passphrase = passphrase();
    Path root =
        daemon.create(
            "both",
            "--empty",
            "--keep",
            "--protect",
            "tpm+passphrase",
            "--passphrase-file",
            passphrase);
    Files.writeString(root.resolve("file"), "content");
    assertThat(daemon.cli("key", "ls", "both").ok()).isEqualTo("1  tpm + passphrase\n");
    daemon.cli("lock", "both").ok();
    refused("mount", "both");
    exchange("others");
    assertThat(refused("unlock", "both", "--passphrase-file", passphrase).err())
        .contains("is another one");
    exchange("mine");
    Command unlock = daemon.cli("unlock", "both", "--passphrase-file", passphrase);
    Condition.await(
        "the wait after a wrong secret is over",
        Duration.ofMinutes(1),
        () -> unlock.run().exit() == 0);
    assertThat(daemon.mount("both").resolve("file")).hasContent("content");
  }

  /** While swtpm is stopped, a call shows as a second socket of its name: the one that waits. */
  private boolean isAsked() {
    String sockets = Command.of("grep", " " + socket + "$", "/proc/net/unix").run().out();
    return sockets.lines().count() > 1;
  }

  @Test
  void silentTpmHoldsUpNobodyWhoHasAnotherWay() throws Exception {
    String passphrase = passphrase();
    daemon.create("mute", "--empty", "--keep", "--protect", "tpm");
    String file = "--passphrase-file";
    daemon.cli("key", "add", "mute", "--protect", "passphrase", file, passphrase).ok();
    daemon.cli("lock", "mute").ok();
    tpm.fallSilent();
    Process mount = daemon.cli("mount", "mute").startPiped();
    Condition.await("the TPM is asked", Duration.ofSeconds(60), this::isAsked);
    daemon.cli("create", "other", "--empty").ok();
    assertThat(daemon.cli("inspect", "mute", "--json").ok()).contains("\"state\":\"locked\"");
    daemon.cli("unlock", "mute", file, passphrase).ok();
    assertThat(mount.isAlive()).as("the TPM is still waited for").isTrue();
    tpm.speakAgain();
    assertThat(mount.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(mount.exitValue()).isZero();
  }

  @Test
  void silentTpmIsGivenUp() throws IOException {
    daemon.close();
    daemon = startDaemon("PT10S");
    daemon.create("mute", "--empty", "--keep", "--protect", "tpm");
    daemon.cli("lock", "mute").ok();
    tpm.fallSilent();
    assertThat(refused("mount", "mute").err()).contains("did not answer within 10 s");
  }

  @Test
  void rootWithoutItsTpmOpensByAnotherWay() throws IOException {
    String passphrase = passphrase();
    daemon.create("any", "--empty", "--keep");
    daemon.cli("key", "change", "any", "1", "--protect", "tpm").ok();
    daemon
        .cli("key", "add", "any", "--protect", "passphrase", "--passphrase-file", passphrase)
        .ok();
    assertThat(daemon.cli("key", "ls", "any").ok()).isEqualTo("1  tpm\n2  passphrase\n");
    daemon.cli("lock", "any").ok();
    tpm.close();
    daemon.cli("unlock", "any", "--passphrase-file", passphrase).ok();
    assertThat(refused("key", "change", "any", "1").err()).contains("there is no TPM 2.0");
    tpm = SoftwareTpm.start(files.resolve("others"), socket);
    daemon.cli("key", "change", "any", "1").ok();
    daemon.cli("lock", "any").ok();
    daemon.mount("any");
  }
}
