package ctrenc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.cli.fake.FakeDaemonProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Starting and stopping a daemon, by a "java" that is a script and becomes the fake. */
@EnabledIf("isRoot")
class DaemonStartTest {
  @TempDir Path home;
  private Path run;

  static boolean isRoot() throws IOException {
    return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
  }

  @BeforeEach
  void layHome() throws IOException {
    run = home.resolve("run");
    Files.createDirectory(home.resolve("daemon"));
    Files.createFile(home.resolve("daemon/quarkus-run.jar"));
    Files.createFile(home.resolve("daemon.args"));
    layFake();
  }

  private void layFake() throws IOException {
    java(
        """
        echo "$@" >>"$(dirname "$0")/starts"
        rm -f "$CTR_ENC_RUN/ctr-enc.sock"
        exec '%s' -cp '%s' %s
        """
            .formatted(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                System.getProperty("java.class.path"),
                FakeDaemonProgram.class.getName()));
  }

  @AfterEach
  void stopDaemon() {
    call("daemon", "stop");
  }

  @Test
  void startsOnceAndStops() throws IOException {
    InProcess.Result first = call("daemon", "start");
    assertThat(first.err())
        .isEqualTo("ctr-enc: starting the daemon (log: %s/daemon.log)\n".formatted(run));
    assertThat(first.out()).matches("the daemon runs \\(pid \\d+\\)\n");
    assertThat(first.code()).isZero();

    InProcess.Result second = call("daemon", "start");
    assertThat(second.err()).isEmpty();
    assertThat(second.out()).startsWith("the daemon was running already");
    assertThat(starts())
        .containsExactly(
            "@%s -jar %s"
                .formatted(home.resolve("daemon.args"), home.resolve("daemon/quarkus-run.jar")));
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(run.resolve("daemon.log"))))
        .isEqualTo("rw-------");

    assertThat(call("daemon", "stop").out()).isEqualTo("the daemon has stopped\n");
    assertThat(call("daemon", "stop").out()).isEqualTo("no daemon was running\n");
    assertThat(call("daemon", "status").code()).isEqualTo(6);
  }

  @Test
  void transportIsHandedOnAndHeldTo() throws IOException {
    java("echo \"$CTR_ENC_TRANSPORT\" >\"$(dirname \"$0\")/seen\"; exit 1");
    call("daemon", "start", "--transport", "uring");
    assertThat(Files.readString(home.resolve("seen"))).isEqualTo("uring\n");
    layFake();
    assertThat(call("daemon", "start", "--transport", "auto").code()).isZero();
    assertThat(call("daemon", "start", "--transport", "kernel").out())
        .startsWith("the daemon was running already");
    InProcess.Result other = call("daemon", "start", "--transport", "uring");
    assertThat(other.err())
        .matches(
            "ctr-enc: a daemon runs already with the transport kernel \\(pid \\d+\\): "
                + "stop it first by 'ctr-enc daemon stop'\n");
    assertThat(other.code()).isEqualTo(5);
    assertThat(call("daemon", "start", "--transport", "pigeon").err())
        .contains("--transport is 'auto', 'kernel', 'uring' or 'jnr', not 'pigeon'");
  }

  @Test
  void theNextOneIsOfThisProgramWithTheSettingsOfTheLast() throws IOException {
    assertThat(call("daemon", "restart").out())
        .matches("no daemon was running; one runs now \\(pid \\d+\\)\n");
    call("daemon", "stop");
    call("daemon", "start", "--transport", "kernel");
    Path next = Files.createDirectory(home.resolve("next"));
    Files.writeString(
        next.resolve("java"),
        "#!/bin/sh\nenv >'%s/seen'\nexec '%s/java' \"$@\"".formatted(next, home));
    Files.setPosixFilePermissions(
        next.resolve("java"), PosixFilePermissions.fromString("rwxr-xr-x"));
    InProcess.Result result =
        new InProcess(run)
            .in(Map.of("CTR_ENC_HOME", home.toString(), "CTR_ENC_JAVA", next + "/java"))
            .call("daemon", "restart");
    assertThat(result.out())
        .matches("the daemon was replaced \\(pid \\d+, now \\d+\\); callers waited for \\d+ ms\n");
    assertThat(result.code()).isZero();
    assertThat(Files.readString(next.resolve("seen")))
        .contains("CTR_ENC_TRANSPORT=kernel\n", "CTR_ENC_JAVA=" + next + "/java\n", "PATH=");
  }

  @Test
  void verbThatNeedsItStartsIt() {
    InProcess.Result result = call("create", "a", "--host");
    assertThat(result.err()).startsWith("ctr-enc: starting the daemon").hasLineCount(1);
    assertThat(result.out()).isEqualTo("/run/ctr-enc/mounts/a\n");
  }

  @Test
  void callersAtTheSameTimeStartOne() throws Exception {
    List<Program> programs = List.of(program(), program(), program());
    for (Program program : programs) {
      try (program) {
        assertThat(program.line()).startsWith("ID");
        assertThat(program.code()).isZero();
      }
    }
    assertThat(starts()).hasSize(1);
  }

  @Test
  void lastSentenceOfADaemonThatEndsIsTold() throws IOException {
    java("echo early; echo 'ctr-enc: /dev/fuse is missing: load the module fuse'; exit 1");
    assertThat(call("daemon", "start").err())
        .endsWith(
            "ctr-enc: the daemon could not start: /dev/fuse is missing: load the module fuse (log: %s/daemon.log)\n"
                .formatted(run));
    java("echo one; echo two; echo three; echo four; exit 1");
    InProcess.Result second = call("image", "ls");
    assertThat(second.err())
        .endsWith(
            "ctr-enc: the daemon could not start: two | three | four (log: %s/daemon.log)\n"
                .formatted(run));
    assertThat(second.code()).isEqualTo(6);
    java("exit 1");
    InProcess.Result third = call("run", "--host", "true");
    assertThat(third.err())
        .endsWith("could not start: it wrote nothing (log: %s/daemon.log)\n".formatted(run));
    assertThat(third.code()).isEqualTo(125);
  }

  @Test
  void daemonGetsNothingOfTheCallersEnvironmentButWhatConcernsIt() throws IOException {
    java("env >\"$(dirname \"$0\")/seen\"; exit 1");
    new InProcess(run)
        .in(
            Map.of(
                "SECRET",
                "x",
                "PATH",
                "/bin",
                "CTR_ENC_HOME",
                home.toString(),
                "CTR_ENC_JAVA",
                home + "/java"))
        .call("daemon", "start");
    assertThat(Files.readString(home.resolve("seen")))
        .contains("CTR_ENC_RUN=" + run + "\n", "CTR_ENC_STATE=" + run + "/state\n", "PATH=/bin\n")
        .doesNotContain("SECRET");
  }

  @Test
  void withoutALauncherIsOneSentence() {
    InProcess.Result result = new InProcess(run).call("daemon", "start");
    assertThat(result.err())
        .isEqualTo(
            "ctr-enc: the daemon cannot be started without CTR_ENC_HOME: call the launcher cli/ctr-enc\n");
    assertThat(result.code()).isEqualTo(6);
  }

  private Program program() throws IOException {
    ProcessBuilder builder = new ProcessBuilder(Program.commandLine("image", "ls"));
    builder.environment().put("CTR_ENC_HOME", home.toString());
    builder.environment().put("CTR_ENC_JAVA", home + "/java");
    return Program.start(builder, run);
  }

  private InProcess.Result call(String... arguments) {
    return new InProcess(run)
        .in(
            Map.of(
                "CTR_ENC_HOME",
                home.toString(),
                "CTR_ENC_JAVA",
                home + "/java",
                "PATH",
                System.getenv("PATH")))
        .call(arguments);
  }

  private void java(String script) throws IOException {
    Path file = Files.writeString(home.resolve("java"), "#!/bin/sh\n" + script);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private List<String> starts() throws IOException {
    return Files.readAllLines(home.resolve("starts"));
  }
}
