package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.Condition;
import ctrenc.e2e.harness.FuseMounts;
import ctrenc.e2e.harness.Signals;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The main job: a command runs in a container over the host's tree, and nothing of what it wrote is
 * left.
 */
@Tag("kernel")
class RunTest extends SharedDaemonCase {

  @Test
  void writesOverTheHostsTreeAndLeavesItUntouched() throws IOException {
    Path note = Path.of("/root/ctr-enc-e2e-note");
    String out =
        daemon
            .cli(
                "run",
                "--host",
                "--",
                "sh",
                "-c",
                "echo secret > " + note + "; cat " + note + "; cat /etc/os-release")
            .ok();
    assertThat(out).startsWith("secret\n").contains(Files.readString(Path.of("/etc/os-release")));
    assertThat(note).doesNotExist();
  }

  @Test
  void passesTheExitCodeOn() {
    assertThat(daemon.cli("run", "--host", "--", "sh", "-c", "exit 42").run().exit()).isEqualTo(42);
    assertThat(
            daemon
                .cli("run", "--host", "--", "sh", "-c", "sh -c 'kill -KILL $$'; exit $?")
                .run()
                .exit())
        .isEqualTo(137);
    assertThat(daemon.cli("run", "--host", "--", "/no/such/program").run().exit()).isEqualTo(127);
  }

  @Test
  void passesStandardInputAndErrorApart() {
    Command.Result result =
        daemon
            .cli("run", "-i", "--host", "--", "sh", "-c", "cat; echo oops >&2")
            .stdin("from outside")
            .run();
    assertThat(result.exit()).isZero();
    assertThat(result.out()).isEqualTo("from outside");
    assertThat(result.err()).contains("oops");
  }

  @Test
  void givesAThrowawayRootNoSecondLife() throws IOException {
    daemon.cli("run", "--host", "--", "true").ok();
    assertThat(daemon.cli("ps", "--json").ok()).doesNotContain("\"id\"");
    assertThat(FuseMounts.below(daemon.run())).isEmpty();
    assertThat(daemon.state().resolve("segments")).isEmptyDirectory();
  }

  @Test
  void setsTheProcessUpAsAsked() {
    String out =
        daemon
            .cli(
                "run",
                "--host",
                "--env",
                "COLOUR=blue",
                "--workdir",
                "/usr",
                "--user",
                "nobody",
                "--hostname",
                "cave",
                "--",
                "sh",
                "-c",
                "echo $COLOUR; pwd; id -un; hostname")
            .ok();
    assertThat(out).isEqualTo("blue\n/usr\nnobody\ncave\n");
  }

  @Test
  void keepsTheContainerAwayFromTheNetworkIfAsked() {
    String interfaces =
        daemon.cli("run", "--host", "--network", "none", "--", "ls", "/sys/class/net").ok();
    assertThat(interfaces.strip()).isEqualTo("lo");
  }

  @Test
  void limitsMemory() {
    String tooMuch = "x = bytearray(300 << 20); print(len(x))";
    assertThat(
            daemon
                .cli("run", "--host", "--memory", "64m", "--", "python3", "-c", tooMuch)
                .run()
                .exit())
        .isNotZero();
    assertThat(
            daemon
                .cli("run", "--host", "--memory", "1g", "--", "python3", "-c", tooMuch)
                .run()
                .exit())
        .isZero();
  }

  @Test
  void givesTheContainerATerminal() {
    String out =
        Command.of(
                "script",
                "-qec",
                String.join(" ", daemon.cli("run", "--host", "-t", "--", "tty").argv()),
                "/dev/null")
            .with(daemon.environment())
            .ok();
    assertThat(out).contains("/dev/pts/");
  }

  /** The JVM answers QUIT itself; that must not come among the command's output. */
  @Test
  void quitSentToTheCallerLeavesTheCommandAndItsOutputAlone() throws Exception {
    String loop = "trap 'echo end; exit 4' TERM; echo begin; while :; do sleep 0.05; done";
    ProcessBuilder builder =
        new ProcessBuilder(daemon.cli("run", "--host", "--rm", "--", "sh", "-c", loop).argv());
    builder.environment().putAll(daemon.environment());
    Process caller = builder.start();
    try (BufferedReader out = caller.inputReader();
        BufferedReader err = caller.errorReader()) {
      assertThat(out.readLine()).isEqualTo("begin");
      Signals.send("QUIT", caller);
      assertThat(err.lines().anyMatch(line -> line.startsWith("Full thread dump"))).isTrue();
      Signals.send("TERM", caller);
      assertThat(err.lines().count()).as("lines until it ends").isPositive();
      assertThat(out.readLine()).isEqualTo("end");
      assertThat(out.readLine()).isNull();
    }
    assertThat(caller.waitFor()).isEqualTo(4);
  }

  @Test
  void killsTheContainerOfACallerThatIsKilled() throws IOException {
    Process caller =
        daemon.cli("run", "--host", "--rm", "--name", "orphan", "--", "sleep", "600").start();
    Condition.await("the container runs", Duration.ofSeconds(60), () -> running("orphan"));
    caller.destroyForcibly();
    Condition.await(
        "the container is gone",
        Duration.ofSeconds(60),
        () -> !daemon.cli("ps", "--json").ok().contains("orphan"));
  }

  private boolean running(String name) {
    return daemon.cli("inspect", name, "--json").run().out().contains("running");
  }
}
