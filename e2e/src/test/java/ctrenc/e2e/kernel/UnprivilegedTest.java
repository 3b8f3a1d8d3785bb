package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ctrenc.cli.process.LiveProcess;
import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.Condition;
import ctrenc.e2e.harness.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A user without rights has a daemon of their own, which mounts by fusermount. */
@Tag("kernel")
class UnprivilegedTest {

  /** nobody's, who has a name on every Debian: fusermount asks for it. */
  private static final int USER = 65534;

  private Path home = Path.of("");

  @BeforeEach
  void makeHome() throws IOException {
    // Below /var/tmp: a user without rights does not get into a private directory for tests.
    home = Files.createTempDirectory(Path.of("/var/tmp"), "ctr-enc-e2e");
    Files.createDirectories(home.resolve("lower/d"));
    Files.writeString(home.resolve("lower/f"), "of the lower\n");
    Command.of("chown", "-R", "%1$d:%1$d".formatted(USER), home.toString()).ok();
    boolean isReachable = as(USER, "test", "-x", Installation.launcher()).run().exit() == 0;
    assumeTrue(isReachable, "the repository is in a directory that is closed to other users");
  }

  @AfterEach
  void end() throws IOException {
    if (Files.exists(home.resolve("run"))) {
      cli("daemon", "stop", "--force").run();
    }
    Command.of("rm", "-rf", "--one-file-system", home.toString()).ok();
  }

  @Test
  void hasRootsOfTheirOwn() throws IOException {
    cli("daemon", "start", "--transport", "jnr").ok();
    Path root = Path.of(cli("create", "mine", "--keep", "--lower", lower()).ok().strip());
    script("cd %s; echo mine > new; mv d e; echo more >> f".formatted(root));
    assertThat(script("cd %s; cat new f; ls".formatted(root)).lines())
        .containsExactly("mine", "of the lower", "more", "e", "f", "new");
    assertThat(Files.readString(home.resolve("lower/f"))).isEqualTo("of the lower\n");
    assertThat(script("! grep -r mine %s/state/segments".formatted(home))).isEmpty();

    cli("snapshot", "create", "mine").ok();
    Path fork = Path.of(cli("fork", "mine", "other").ok().strip());
    assertThat(script("cat %s/new".formatted(fork))).isEqualTo("mine\n");
  }

  @Test
  void findsWhatWasClosedAgainAfterTheDaemonDied() throws IOException {
    cli("daemon", "start", "--transport", "jnr").ok();
    Path root = Path.of(cli("create", "mine", "--keep", "--lower", lower()).ok().strip());
    script("echo mine > %s/new".formatted(root));
    String dead = Files.readString(home.resolve("state/lock")).strip();
    script("kill -9 " + dead);
    Condition.await(
        "daemon " + dead + " is gone",
        Duration.ofSeconds(60),
        () -> LiveProcess.of(Long.parseLong(dead)).filter(LiveProcess::isRunning).isEmpty());
    cli("daemon", "start", "--transport", "jnr").ok();
    assertThat(script("cat %s/new".formatted(cli("mount", "mine").ok().strip())))
        .isEqualTo("mine\n");
  }

  @Test
  void isToldThatOtherTransportsAreForRoot() {
    Command.Result refused = cli("daemon", "start", "--transport", "kernel").run();
    assertThat(refused.exit()).isEqualTo(7);
    assertThat(refused.err()).contains("only root").contains("daemon start --transport jnr");
  }

  @Test
  void letsNobodyElseCall() throws IOException {
    cli("daemon", "start", "--transport", "jnr").ok();
    assertThat(as(USER + 1, launched("ps")).run().exit()).isNotZero();
    assertThat(cli("ps").run().exit()).isZero();
  }

  private String lower() {
    return home.resolve("lower").toString();
  }

  private Command cli(String... args) {
    return as(USER, launched(args));
  }

  private String script(String script) {
    return as(USER, "sh", "-euc", script).ok();
  }

  private static String[] launched(String... args) {
    List<String> argv = new ArrayList<>(List.of(Installation.launcher()));
    argv.addAll(Arrays.asList(args));
    return argv.toArray(String[]::new);
  }

  private Command as(int user, String... argv) {
    List<String> all =
        new ArrayList<>(List.of("setpriv", "--reuid=" + user, "--regid=" + user, "--clear-groups"));
    all.addAll(Arrays.asList(argv));
    return Command.of(all.toArray(String[]::new))
        .with(
            Map.of(
                "HOME", home.toString(),
                "CTR_ENC_STATE", home.resolve("state").toString(),
                "CTR_ENC_RUN", home.resolve("run").toString()));
  }
}
