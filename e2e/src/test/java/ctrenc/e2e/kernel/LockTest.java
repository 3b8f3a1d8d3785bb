package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Canary;
import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.KeyHunt;
import ctrenc.e2e.harness.ProcessMemory;
import ctrenc.e2e.harness.TestDaemon;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    things.put("passphrase", SECRET.getBytes(StandardCharsets.US_ASCII));
    assertThat(things).containsKeys("KEK", "layer key", "name key");
    ProcessMemory memory = new ProcessMemory(daemon.pid());
    assertThat(ProcessMemory.names(memory.find(things))).contains("KEK", "layer key", "canary");

    daemon.cli("lock", "vault").ok();
    assertThat(root).doesNotExist();
    assertThat(memory.find(things)).isEmpty();
    assertThat(daemon.cli("inspect", "vault", "--json").ok()).contains("\"state\":\"locked\"");
    opensByItsPassphraseAlone(passphrase, canary);
  }

  private void opensByItsPassphraseAlone(String passphrase, Canary canary) throws IOException {
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

  /** Holds a root's files and tells, line by line, what becomes of what it asks of them. */
  private static final String HOLDER =
      """
      use IO::Handle; $| = 1; my $root = $ARGV[0];
      sub tell_of { print "$_[0]: ", ($_[1] ? "fine" : $!), "\\n" }
      chdir $root; opendir(my $all, ".");
      open(my $small, "+<", "small"); open(my $large, "<", "large"); open(my $late, ">>", "late");
      sysread($small, my $got, 10); sysread($large, $got, 100000); readdir($all);
      syswrite($late, "never synced"); print "ready\\n"; <STDIN>;
      tell_of("draining write", syswrite($late, ", nor this"));
      tell_of("draining open", open(my $more, "<", "copy")); print "drained\\n"; <STDIN>;
      sysseek($large, 0, 0); tell_of("read", sysread($large, $got, 100000));
      tell_of("stat", stat("copy"));
      my $written = syswrite($small, "x" x 5000);
      tell_of("write or sync", $written && $small->sync);
      """;

  @ParameterizedTest
  @ValueSource(strings = {"image", "writeback"})
  void holdersAreNamedAndGoOnWithoutKeysIfForced(String cache) throws Exception {
    Path root = daemon.create("busy", "--empty", "--keep", "--cache", cache);
    Canary canary = Canary.fresh();
    canary.fill(root);
    Map<String, byte[]> things = canary.with(KeyHunt.keys(daemon, "busy"));
    Process holder =
        new ProcessBuilder("perl", "-e", HOLDER, root.toString()).redirectErrorStream(true).start();
    try (BufferedReader said = holder.inputReader();
        BufferedWriter go = holder.outputWriter()) {
      assertThat(said.readLine()).isEqualTo("ready");
      drains(holder.pid(), root);
      go.append('\n').flush();
      assertThat(said.readLine()).isEqualTo("draining write: fine");
      assertThat(said.readLine()).isEqualTo("draining open: Required key not available");
      assertThat(said.readLine()).isEqualTo("drained");

      isLockedByForce(holder.pid());
      assertThat(new ProcessMemory(daemon.pid()).find(things)).isEmpty();
      go.append('\n').flush();
      for (String asked : List.of("read", "stat", "write or sync")) {
        assertThat(said.readLine()).isEqualTo(asked + ": Required key not available");
      }
      assertThat(holder.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      holder.destroyForcibly();
    }
    Path again = daemon.mount("busy");
    assertThat(again.resolve("late")).hasContent("never synced, nor this");
    assertThat(again.resolve("unsynced")).hasContent(canary.text());
  }

  private void drains(long holder, Path root) throws IOException {
    String refused = daemon.cli("lock", "busy").run().err();
    assertThat(refused).contains(holder + " (perl)").contains(root.toString());
    assertThat(daemon.cli("inspect", "busy", "--json").ok()).contains("\"state\":\"draining\"");
    assertThat(daemon.cli("fork", "busy", "other").run().exit()).isEqualTo(5);
  }

  private void isLockedByForce(long holder) throws IOException {
    Command.Result forced = daemon.cli("lock", "--force", "busy").run();
    assertThat(forced.exit()).as(forced.err()).isZero();
    assertThat(forced.err()).contains(holder + " (perl)");
    assertThat(daemon.cli("inspect", "busy", "--json").ok()).contains("\"state\":\"locked\"");
  }

  @Test
  void aRootThatDrainsGoesOnWhenItIsUnlockedAndIsLockedWhenNobodyIsLeft() throws Exception {
    Path root = daemon.create("shared", "--empty", "--keep");
    Path note = Files.writeString(root.resolve("note"), "noted");
    Process holder = new ProcessBuilder("sleep", "600").directory(root.toFile()).start();
    try {
      assertThat(daemon.cli("lock", "shared").run().err()).contains(holder.pid() + " (sleep)");
      assertThat(Command.of("cat", note.toString()).run().err()).contains("key not available");
      daemon.cli("unlock", "shared").ok();
      assertThat(note).hasContent("noted");
      assertThat(daemon.cli("lock", "shared").run().exit()).isEqualTo(5);
    } finally {
      holder.destroyForcibly().waitFor();
    }
    daemon.cli("lock", "shared").ok();
    assertThat(root).doesNotExist();
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
    daemon.cli("key", "change", "many", "1", "--protect", "keyfile:" + keyFile).ok();
    String recovery = daemon.cli("key", "add", "many", "--protect", "recovery").ok();
    assertThat(recovery.strip()).matches("([A-Z2-7]{5}-){6}[A-Z2-7]{5}");
    assertThat(daemon.cli("key", "ls", "many").ok())
        .isEqualTo("1  keyfile\n2  recipient\n3  machine + passphrase\n4  recovery\n");

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
