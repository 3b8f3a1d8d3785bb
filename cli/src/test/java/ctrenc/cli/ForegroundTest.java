package ctrenc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.cli.fake.FakeDaemon;
import ctrenc.proto.v1.ContainerSpec;
import ctrenc.proto.v1.Network;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands in the foreground, seen from outside: streams, signals, exit codes, terminal. */
class ForegroundTest {
  private static final String LOOP = "sleep 0.2; echo ready $$; while :; do sleep 0.05; done";

  @TempDir Path run;
  private FakeDaemon daemon;

  @BeforeEach
  void startDaemon() throws IOException {
    daemon = new FakeDaemon(run);
  }

  @AfterEach
  void stopDaemon() {
    daemon.close();
  }

  @Test
  void exitCodeOfTheCommandIsReturnedAndToldToTheDaemon() throws Exception {
    try (Program program = shell("exit 7")) {
      assertThat(program.code()).as(program::err).isEqualTo(7);
      assertThat(program.err()).isEmpty();
    }
    assertThat(end()).isEqualTo("exit 7");
  }

  @Test
  void commandKilledBySignalGives128AndItsNumber() throws Exception {
    try (Program program = shell("kill -9 $$")) {
      assertThat(program.code()).as(program::err).isEqualTo(137);
    }
    assertThat(end()).isEqualTo("exit 137");
  }

  @Test
  void optionsReachTheDaemon() throws Exception {
    Path file = Files.writeString(run.resolve("env"), "# comment\nC=d\n\nHOME\n");
    try (Program program =
        Program.start(
            run,
            ("run --lower /etc --name n --rm -e A=b=c --env-file "
                    + file
                    + " -w /w -u 1:2 -v /etc:/e:ro"
                    + " --mount type=bind,src=/usr,dst=/u --hostname h --network none -m 1g"
                    + " --cpus 1.5 --read-only /bin/true -- -x")
                .split(" "))) {
      assertThat(program.code()).as(program::err).isZero();
    }
    ContainerSpec spec = spec();
    assertThat(spec.getBase().getHostDirectory()).isEqualTo("/etc");
    assertThat(spec.getName()).isEqualTo("n");
    assertThat(spec.getRemove()).isTrue();
    assertThat(spec.getKeep()).isFalse();
    assertThat(spec.getProcess().getEnvList())
        .containsExactly("C=d", "HOME=" + System.getenv("HOME"), "A=b=c");
    assertThat(spec.getProcess().getWorkingDirectory()).isEqualTo("/w");
    assertThat(spec.getProcess().getUser()).isEqualTo("1:2");
    assertThat(spec.getProcess().getArgsList()).containsExactly("/bin/true", "--", "-x");
    assertThat(spec.getMountsList())
        .extracting(m -> m.getSource() + ">" + m.getTarget() + ":" + m.getReadOnly())
        .containsExactly("/etc>/e:true", "/usr>/u:false");
    assertThat(spec.getHostname()).isEqualTo("h");
    assertThat(spec.getNetwork()).isEqualTo(Network.NETWORK_NONE);
    assertThat(spec.getMemoryLimit()).isEqualTo(1L << 30);
    assertThat(spec.getCpuLimitMillis()).isEqualTo(1500);
    assertThat(spec.getReadOnly()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "--host -- /bin/true, true, false",
    "--host --name a /bin/true, false, false",
    "--host --name a --rm /bin/true, true, false",
    "--host --keep /bin/true, false, true",
    "debian -- /bin/true, true, false",
    "debian /bin/true, true, false"
  })
  void throwawayIsTheDefault(String arguments, boolean remove, boolean keep) throws Exception {
    try (Program program = Program.start(run, ("run " + arguments).split(" "))) {
      assertThat(program.code()).as(program::err).isZero();
    }
    ContainerSpec spec = spec();
    assertThat(spec.getRemove()).isEqualTo(remove);
    assertThat(spec.getKeep()).isEqualTo(keep);
    assertThat(spec.getProcess().getArgsList()).containsExactly("/bin/true");
  }

  @Test
  void existingContainerIsNamed() throws Exception {
    try (Program program = Program.start(run, "run", "--existing", "web", "--", "/bin/true")) {
      assertThat(program.code()).as(program::err).isZero();
    }
    assertThat(spec().getName()).isEqualTo("web");
  }

  @Test
  void environmentOfTheCommandIsTheDaemonsAndNothingElse() throws Exception {
    try (Program program = Program.start(run, "run", "--host", "-e", "A=b", "/usr/bin/env")) {
      assertThat(program.rest().lines()).containsExactlyInAnyOrder("A=b", "PATH=/usr/bin:/bin");
      assertThat(program.code()).as(program::err).isZero();
    }
  }

  @Test
  void inputIsHandedOnIfAskedFor() throws Exception {
    String text = "line of text\n".repeat(100_000);
    try (Program program = Program.start(run, "run", "-i", "--host", "cat")) {
      Thread writer = Thread.ofPlatform().start(() -> write(program, text));
      assertThat(program.rest()).isEqualTo(text);
      writer.join();
      assertThat(program.code()).as(program::err).isZero();
    }
    try (Program program = Program.start(run, "run", "--host", "cat")) {
      assertThat(program.rest()).isEmpty();
      assertThat(program.code()).as(program::err).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM", "HUP"})
  void signalsAreHandedOn(String signal) throws Exception {
    try (Program program = shell("trap 'echo got; exit 42' " + signal + "; " + LOOP)) {
      assertThat(program.line()).startsWith("ready");
      program.signal(signal);
      assertThat(program.line()).isEqualTo("got");
      assertThat(program.code()).as(program::err).isEqualTo(42);
    }
    assertThat(end()).isEqualTo("exit 42");
  }

  @Test
  void thirdSignalGivesTheContainerUp() throws Exception {
    try (Program program = shell("trap 'echo ignored' TERM; " + LOOP)) {
      String child = program.line().substring("ready ".length());
      program.signal("TERM");
      assertThat(program.line()).isEqualTo("ignored");
      program.signal("TERM");
      assertThat(program.line()).isEqualTo("ignored");
      program.signal("TERM");
      assertThat(end()).isEqualTo("gone");
      // What the daemon does when a caller goes away.
      ProcessHandle.of(Long.parseLong(child)).orElseThrow().destroyForcibly();
      assertThat(program.code()).as(program::err).isEqualTo(137);
    }
  }

  /** What the runtime forks is a copy of it until it has become the command, as a subshell is. */
  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 143", "HUP, 129"})
  void signalBeforeTheRuntimeHasExecutedTheCommandGivesUp(String signal, int code)
      throws Exception {
    String copy = "(trap 'exit 2' INT TERM HUP; echo ready $$; while :; do sleep 0.05; done)";
    try (Program program = shell(copy + "; exit $?")) {
      String runtime = program.line().substring("ready ".length());
      program.signal(signal);
      assertThat(end()).isEqualTo("gone");
      // What the daemon does when a caller goes away.
      ProcessHandle killed = ProcessHandle.of(Long.parseLong(runtime)).orElseThrow();
      List<ProcessHandle> copies = killed.descendants().toList();
      killed.destroyForcibly();
      copies.forEach(ProcessHandle::destroyForcibly);
      assertThat(program.code()).as(program::err).isEqualTo(code);
      assertThat(program.err()).isEmpty();
    }
  }

  @Test
  void statusOfAStartThatASignalEndedIsTheSignals() throws Exception {
    try (Program program = shell("trap 'exit 2' INT; echo ready; while :; do :; done")) {
      assertThat(program.line()).isEqualTo("ready");
      program.signal("INT");
      assertThat(program.code()).as(program::err).isEqualTo(130);
      assertThat(program.err()).isEmpty();
    }
    assertThat(end()).isEqualTo("exit 130");
  }

  @Test
  void statusOfACommandThatASignalEndedIsItsOwn() throws Exception {
    try (Program program = shell("trap 'exit 2' INT; " + LOOP)) {
      assertThat(program.line()).startsWith("ready");
      program.signal("INT");
      assertThat(program.code()).as(program::err).isEqualTo(2);
    }
    assertThat(end()).isEqualTo("exit 2");
  }

  @Test
  void signalBeforeTheStartGivesUp() throws Exception {
    try (Program program = Program.start(run, "run", "never", "true")) {
      assertThat(spec().getBase().getImage()).isEqualTo("never");
      program.signal("TERM");
      assertThat(program.code()).as(program::err).isEqualTo(143);
    }
    assertThat(end()).isEqualTo("gone");
  }

  @Test
  void daemonNoticesACallerThatDies() throws Exception {
    try (Program program = shell(LOOP)) {
      String child = program.line().substring("ready ".length());
      program.signal("KILL");
      assertThat(end()).isEqualTo("gone");
      ProcessHandle.of(Long.parseLong(child)).orElseThrow().destroyForcibly();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "unable to start container process: exec: \\\"x\\\": executable file not found in $PATH | 127 | has no command 'x'",
        "unable to start container process: exec: \\\"/x\\\": stat /x: no such file or directory | 127 | has no command '/x'",
        "unable to start container process: exec: \\\"/etc\\\": permission denied | 126 | cannot be executed in the container",
        "unable to start container process: error mounting | 125 | ''"
      })
  void failureOfTheRuntimeIsToldFromTheCommands(String message, int code, String sentence)
      throws Exception {
    String words = message.replace("\\\"", "\"");
    try (Program program = Program.start(run, "run", "--host", "fail:" + words)) {
      assertThat(program.code()).as(program::err).isEqualTo(code);
      assertThat(program.err()).contains(sentence);
    }
    try (Program program = Program.start(run, "exec", "web", "fail:" + words)) {
      assertThat(program.code()).as(program::err).isEqualTo(code);
      assertThat(program.err()).contains(sentence);
    }
  }

  @Test
  void missingRuntimeIsOneSentence() throws Exception {
    try (Program program = Program.start(run, "run", "--host", "/nonexistent/runc")) {
      assertThat(program.code()).as(program::err).isEqualTo(125);
      assertThat(program.err())
          .isEqualTo(
              "ctr-enc: /nonexistent/runc cannot be executed: install it (Debian: apt-get install runc)\n");
    }
  }

  @Test
  void cleanUpThatFailsIsTold() throws Exception {
    try (Program program =
        Program.start(run, "run", "--name", "lost", "--host", "sh", "-c", "exit 3")) {
      assertThat(program.code()).as(program::err).isEqualTo(125);
      assertThat(program.err())
          .isEqualTo(
              "ctr-enc: the command ended with 3, but the daemon did not clean up (the store is closing)\n");
    }
  }

  @Test
  void outputThatCannotBeWrittenIsTold() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(Program.commandLine("ps", "-q"))
            .redirectOutput(Path.of("/dev/full").toFile());
    try (Program program = Program.start(builder, run)) {
      assertThat(program.code()).as(program::err).isEqualTo(1);
      assertThat(program.err()).startsWith("ctr-enc: standard output cannot be written");
    }
  }

  @Test
  void terminalIsAsItWasAfterACommandThatDiedInRawMode() throws Exception {
    String line =
        String.join(" ", Program.commandLine("run", "-t", "--host", "sh", "raw"))
            .replace(" raw", " -c 'echo size=$(stty size); stty raw -echo; kill -9 $$'");
    String script =
        "stty cols 91 rows 33; before=$(stty -g); "
            + line
            + "; echo code=$?;"
            + " [ \"$before\" = \"$(stty -g)\" ] && echo restored";
    ProcessBuilder builder = new ProcessBuilder("script", "-qec", script, "/dev/null");
    try (Program program = Program.start(builder, run)) {
      List<String> lines = program.rest().lines().map(String::strip).toList();
      assertThat(lines).containsSequence("size=33 91", "code=137", "restored");
      assertThat(program.code()).as(program::err).isZero();
    }
    ContainerSpec spec = spec();
    assertThat(spec.getProcess().getTerminal()).isTrue();
    assertThat(spec.getProcess().getTerminalRows()).isEqualTo(33);
    assertThat(spec.getProcess().getTerminalColumns()).isEqualTo(91);
  }

  private Program shell(String script) throws IOException {
    return Program.start(run, "run", "--host", "--", "/bin/sh", "-c", script);
  }

  private ContainerSpec spec() throws InterruptedException {
    ContainerSpec spec = daemon.containers().runs().specs().poll(60, TimeUnit.SECONDS);
    assertThat(spec).as("a container that the daemon was asked for").isNotNull();
    return spec;
  }

  private String end() throws InterruptedException {
    return daemon.containers().runs().ends().poll(60, TimeUnit.SECONDS);
  }

  private static void write(Program program, String text) {
    try {
      program.write(text);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
