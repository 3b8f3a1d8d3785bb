package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Canary;
import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.Condition;
import ctrenc.e2e.harness.KeyHunt;
import ctrenc.e2e.harness.ProcessMemory;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A nested subvolume with a secret of its own, in a root that the machine's key opens. */
@Tag("kernel")
class NestedLockTest extends DaemonCase {

  private Path files;
  private Path root;
  private String id;

  @BeforeEach
  void create() throws IOException {
    files = Files.createTempDirectory("ctr-enc-e2e-secrets");
    root = daemon.create("--empty", "--keep", "r");
    nest(root, "vault");
    nest(root.resolve("vault"), "inner");
    nest(root, "plain");
    Files.writeString(nest(root, "idle").resolve("f"), "idle");
    Files.writeString(root.resolve("vault/inner/f"), "secret");
    Files.writeString(root.resolve("plain/f"), "plain");
    id = idOf(root.resolve("vault"));
  }

  @AfterEach
  void removeSecrets() throws IOException {
    Command.of("rm", "-rf", files.toString()).ok();
  }

  private String file(String name, String content) throws IOException {
    return Files.writeString(files.resolve(name), content).toString();
  }

  private Command nested(String verb, String... more) {
    String[] argv = new String[3 + more.length];
    argv[0] = verb;
    argv[1] = "--subvolume";
    argv[2] = id;
    System.arraycopy(more, 0, argv, 3, more.length);
    return daemon.cli(argv);
  }

  private Command key(String verb, String... more) {
    String[] argv = new String[4 + more.length];
    argv[0] = "key";
    argv[1] = verb;
    argv[2] = "--subvolume";
    argv[3] = id.substring(0, 13);
    System.arraycopy(more, 0, argv, 4, more.length);
    return daemon.cli(argv);
  }

  private void isLocked(Path at) {
    assertThat(Command.of("cat", at.resolve("vault/inner/f").toString()).run().err())
        .contains("Required key not available");
    assertThat(at.resolve("plain/f")).hasContent("plain");
  }

  @Test
  void itsOwnSecretAloneOpensItAfterARestart() throws IOException {
    String right = file("right", "correct horse\n");
    String wrong = file("wrong", "incorrect horse\n");
    assertThat(key("ls", "r").ok()).isEqualTo("1  parent\n");
    assertThat(key("rm", "--force", "r", "1").run().exit()).isEqualTo(5);
    key("add", "r", "--protect", "passphrase", "--passphrase-file", right).ok();
    assertThat(key("ls", "r").ok()).isEqualTo("1  passphrase\n");
    assertThat(daemon.cli("key", "ls", "r").ok()).isEqualTo("1  machine\n");
    assertThat(root.resolve("vault/inner/f")).hasContent("secret");
    daemon.stop();
    daemon.startAgain();
    Path again = daemon.mount("r");
    isLocked(again);
    assertThat(nested("unlock", "r", "--passphrase-file", wrong).run().exit()).isEqualTo(5);
    isLocked(again);
    Condition.await(
        "the right passphrase is taken again",
        Duration.ofSeconds(60),
        () -> nested("unlock", "r", "--passphrase-file", right).run().exit() == 0);
    assertThat(again.resolve("vault/inner/f")).hasContent("secret");
    isLocked(afterALockOfTheRoot());
    nested("unlock", "r", "--passphrase-file", right).ok();
    assertThat(key("rm", "r", "1").run().err()).contains("last way of its own");
    key("rm", "--force", "r", "1").ok();
    assertThat(key("ls", "r").ok()).isEqualTo("1  parent\n");
    assertThat(afterALockOfTheRoot().resolve("vault/inner/f")).hasContent("secret");
  }

  @Test
  void nothingOfOneThatIsLockedAloneIsInMemory() throws IOException {
    Canary canary = Canary.fresh();
    canary.fill(root.resolve("vault/inner"));
    UUID inner = UUID.fromString(idOf(root.resolve("vault/inner")));
    Map<String, byte[]> things = canary.with(KeyHunt.keys(daemon, inner));
    assertThat(things).containsKeys("KEK", "layer key", "name key");
    ProcessMemory memory = new ProcessMemory(daemon.pid());
    assertThat(ProcessMemory.names(memory.find(things))).contains("KEK", "layer key", "canary");
    nested("lock", "r").ok();
    assertThat(memory.find(things)).isEmpty();
    isLocked(root);
  }

  private Path afterALockOfTheRoot() {
    daemon.cli("lock", "r").ok();
    daemon.cli("unlock", "r").ok();
    return daemon.mount("r");
  }

  @Test
  void holdersAreNamedAndGoOnWithoutKeysIfForced() throws Exception {
    Process holder = sleeper("vault/inner");
    Process other = sleeper("plain");
    try {
      Command.Result refused = nested("lock", "r").run();
      assertThat(refused.exit()).isEqualTo(5);
      assertThat(refused.err())
          .contains(holder.pid() + " (sleep) at ")
          .contains("vault/inner")
          .doesNotContain(" " + other.pid() + " (");
      isLocked(root);
      nested("unlock", "r").ok();
      assertThat(root.resolve("vault/inner/f")).hasContent("secret");
      assertThat(nested("lock", "r").run().exit()).isEqualTo(5);
      Command.Result forced = nested("lock", "--force", "r").run();
      assertThat(forced.exit()).isZero();
      assertThat(forced.err()).contains(holder.pid() + " (sleep) held");
      isLocked(root);
      nested("unlock", "r").ok();
      assertThat(root.resolve("vault/inner/f")).hasContent("secret");
    } finally {
      holder.destroyForcibly().waitFor();
      other.destroyForcibly().waitFor();
    }
    aHeadOfItsOwnIsDemanded();
  }

  private void aHeadOfItsOwnIsDemanded() throws Exception {
    String head = nested("lock", "r").ok().strip();
    isLocked(root);
    String ofRoot = daemon.cli("lock", "r").ok().strip();
    daemon.cli("unlock", "--head", ofRoot, "r").ok();
    assertThat(nested("unlock", "--head", ofRoot, "r").run().exit()).isEqualTo(5);
    nested("unlock", "--head", head, "r").ok();
  }

  /** Writes to what it had open before, as it is told to, and says what became of that. */
  private static final String WRITER =
      """
      $| = 1; open(my $file, ">>", "f"); print "ready\n";
      while (<STDIN>) { print syswrite($file, "more") ? "fine\n" : "$!\n" }
      """;

  @Test
  void aRootWhoseNestedOneIsUsedDrainsAsAWhole() throws Exception {
    assertThat(afterALockOfTheRoot()).as("what nobody has used since").isEqualTo(root);
    Process holder =
        new ProcessBuilder("perl", "-e", WRITER)
            .directory(root.resolve("vault/inner").toFile())
            .start();
    try (BufferedReader said = holder.inputReader();
        BufferedWriter go = holder.outputWriter()) {
      assertThat(said.readLine()).isEqualTo("ready");
      isDraining(holder);
      go.append('\n').flush();
      assertThat(said.readLine()).as("what is open goes on").isEqualTo("fine");
      isDraining(holder);

      daemon.cli("unlock", "r").ok();
      assertThat(root.resolve("vault/inner/f")).hasContent("secretmore");
      assertThat(root.resolve("plain/f")).hasContent("plain");
      assertThat(nested("lock", "r").run().exit()).as("the nested one alone").isEqualTo(5);
      isLocked(root);
      isDraining(holder);
      go.append('\n').flush();
      assertThat(said.readLine()).isEqualTo("fine");
    } finally {
      holder.destroyForcibly().waitFor();
    }
    assertThat(afterALockOfTheRoot().resolve("vault/inner/f")).hasContent("secretmoremore");
  }

  /** Locking the root is refused, and nothing of it is opened, at any depth. */
  private void isDraining(Process holder) {
    assertThat(daemon.cli("lock", "r").run().err())
        .contains(holder.pid() + " (perl) at ")
        .contains("vault/inner");
    assertThat(daemon.cli("inspect", "r", "--json").ok()).contains("\"state\":\"draining\"");
    for (String file : List.of("vault/inner/f", "plain/f", "idle/f")) {
      assertThat(Command.of("cat", root.resolve(file).toString()).run().err())
          .as(file)
          .contains("Required key not available");
    }
  }

  private Process sleeper(String directory) throws IOException {
    return new ProcessBuilder("sleep", "600").directory(root.resolve(directory).toFile()).start();
  }

  @Test
  void aKeptForkOfARecursiveSnapshotHasItUnderTheSameSecret() throws IOException {
    String right = file("right", "correct horse\n");
    key("add", "r", "--protect", "passphrase", "--passphrase-file", right).ok();
    nested("lock", "r").ok();
    daemon.cli("snapshot", "create", "--recursive", "r@s").ok();
    Path snapshot = daemon.mount("r@s");
    isLocked(snapshot);
    Path fork = Path.of(daemon.cli("fork", "--keep", "r@s", "other").ok().strip());
    isLocked(fork);
    nested("unlock", "r", "--passphrase-file", right).ok();
    assertThat(snapshot.resolve("vault/inner/f")).hasContent("secret");
    isLocked(fork);
    String copy = nestedIn("other", "passphrase");
    daemon.cli("unlock", "--subvolume", copy, "other", "--passphrase-file", right).ok();
    assertThat(fork.resolve("vault/inner/f")).hasContent("secret");
    Files.writeString(fork.resolve("vault/inner/f"), "changed");
    assertThat(root.resolve("vault/inner/f")).hasContent("secret");
  }

  /** The one nested in a root that is opened so. */
  private String nestedIn(String name, String protector) {
    return daemon
        .cli("quota", name)
        .ok()
        .lines()
        .skip(2)
        .map(line -> line.split(" +")[0])
        .filter(one -> daemon.cli("key", "ls", "--subvolume", one, name).ok().contains(protector))
        .findFirst()
        .orElseThrow();
  }
}
