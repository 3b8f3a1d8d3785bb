package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.Condition;
import ctrenc.e2e.harness.FileHunt;
import ctrenc.e2e.harness.ProcessMemory;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recovery keys and wrong secrets, at a real daemon. */
@Tag("kernel")
class UnlockTest extends SharedDaemonCase {

  private static final int REFUSED = 5;
  private static final int BAD_INPUT = 10;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  private static final Pattern WAIT =
      Pattern.compile("a wrong secret was given before: wait ([1-8]) seconds and try again");

  private final Path files;

  UnlockTest(@TempDir Path files) {
    this.files = files;
  }

  private String file(String name, String content) throws IOException {
    return Files.writeString(files.resolve(name), content).toString();
  }

  /** A locked root that a recovery key alone opens, which is returned. */
  private String recoverable(String name) throws IOException {
    Path root = daemon.create(name, "--empty", "--keep");
    Files.writeString(root.resolve("file"), "content");
    String key = daemon.cli("key", "add", name, "--protect", "recovery").ok().strip();
    daemon.cli("key", "rm", name, "1").ok();
    daemon.cli("lock", name).ok();
    return key;
  }

  @Test
  void recoveryKeyOpensAfterARestartAndStandsNowhere() throws Exception {
    Process before = listen("before");
    String key = recoverable("lost");
    awaitEvent("before", "protected");
    daemon.stop();
    assertThat(before.waitFor(60, TimeUnit.SECONDS)).isTrue();
    daemon.startAgain();
    Process after = listen("after");
    assertThat(daemon.cli("mount", "lost").run().exit()).isEqualTo(REFUSED);
    char other = key.charAt(7) == 'A' ? 'B' : 'A';
    String slip = file("slip", key.substring(0, 7) + other + key.substring(8) + "\n");
    Command.Result refused = daemon.cli("unlock", "lost", "--recovery-file", slip).run();
    assertThat(refused.exit()).as(refused.err()).isEqualTo(BAD_INPUT);
    assertThat(refused.err()).contains("the recovery key has a slip in it");

    String typed = file("right", key.toLowerCase(Locale.ROOT).replace('-', ' ') + "\n");
    daemon.cli("unlock", "lost", "--recovery-file", typed).ok();
    assertThat(daemon.mount("lost").resolve("file")).hasContent("content");
    awaitEvent("after", "unlocked");
    after.destroy();
    daemon.cli("lock", "lost").ok();
    byTerminal(key);
    assertThat(daemon.mount("lost").resolve("file")).hasContent("content");
    standsNowhere(key);
  }

  /** Has all events written to a file, until the daemon ends. */
  private Process listen(String name) throws IOException {
    Process events =
        Command.of(
                "sh",
                "-c",
                "exec \"$0\" events > \"$1\"",
                daemon.cli().argv().getFirst(),
                files.resolve(name).toString())
            .with(daemon.environment())
            .start();
    // Whoever listens from when on is not told: something happens until it is seen.
    Condition.await(
        "events are heard",
        PATIENCE,
        () -> {
          daemon.cli("create", "heard", "--empty").ok();
          daemon.cli("rm", "--force", "heard").ok();
          return size(files.resolve(name)) > 0;
        });
    return events;
  }

  private static long size(Path file) {
    return file.toFile().length();
  }

  private void awaitEvent(String name, String kind) {
    Path file = files.resolve(name);
    Condition.await(
        "the event " + kind,
        PATIENCE,
        () -> Command.of("grep", "-q", " " + kind + " ", file.toString()).run().exit() == 0);
  }

  /** Types what it is given as soon as the terminal hides it; tells what the terminal showed. */
  private static final String TYPIST =
      """
      import os, pty, sys, termios, time
      typed = sys.stdin.read().encode(); child, terminal = pty.fork()
      if child == 0: os.execv(sys.argv[1], sys.argv[1:])
      shown = b""
      while b"Recovery key: " not in shown: shown += os.read(terminal, 1000)
      while termios.tcgetattr(terminal)[3] & termios.ECHO: time.sleep(0.01)
      os.write(terminal, typed + b"\\n")
      try:
          while True: shown += os.read(terminal, 1000)
      except OSError: print(shown.decode())
      sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
      """;

  private void byTerminal(String key) {
    String launcher = daemon.cli().argv().getFirst();
    String shown =
        Command.of("python3", "-c", TYPIST, launcher, "unlock", "--recovery", "lost")
            .with(daemon.environment())
            .stdin(key)
            .ok();
    assertThat(shown).contains("Recovery key:").doesNotContain(key);
  }

  private void standsNowhere(String key) throws IOException {
    Map<String, byte[]> things = new TreeMap<>();
    things.put("text", key.getBytes(StandardCharsets.US_ASCII));
    String digits = key.replace("-", "");
    things.put("digits", digits.getBytes(StandardCharsets.US_ASCII));
    things.put("bytes", bytes(digits));
    for (Path place : List.of(daemon.state(), daemon.run())) {
      assertThat(FileHunt.find(place, things)).isEmpty();
    }
    byte[] logged = "daemon is ready".getBytes(StandardCharsets.US_ASCII);
    assertThat(FileHunt.find(daemon.run(), Map.of("log", logged))).isNotEmpty();
    for (String name : List.of("before", "after")) {
      assertThat(files.resolve(name)).content().doesNotContain(key);
    }
    assertThat(daemon.cli("key", "ls", "lost").ok()).isEqualTo("1  recovery\n");
    assertThat(daemon.cli("inspect", "--json", "lost").ok()).doesNotContain(key);
    daemon.cli("lock", "lost").ok();
    new ProcessMemory(daemon.pid()).awaitNone(things, PATIENCE);
  }

  /** The 20 bytes that the digits are, without their checksum. */
  private static byte[] bytes(String digits) {
    BigInteger value = BigInteger.ZERO;
    for (char digit : digits.toCharArray()) {
      value = value.shiftLeft(5).add(BigInteger.valueOf(DIGITS.indexOf(digit)));
    }
    byte[] signed = value.shiftRight(15).toByteArray();
    byte[] bytes = new byte[20];
    int length = Math.min(signed.length, bytes.length);
    System.arraycopy(signed, signed.length - length, bytes, bytes.length - length, length);
    return bytes;
  }

  /** A locked root that one protector alone opens. */
  private void locked(String name, String... protect) throws IOException {
    List<String> args = new ArrayList<>(List.of("create", name, "--empty", "--keep", "--protect"));
    args.addAll(List.of(protect));
    daemon.cli(args.toArray(String[]::new)).ok();
    daemon.cli("lock", name).ok();
  }

  private String sentence(String name, String option, String secret) {
    Command.Result refused = daemon.cli("unlock", name, option, secret).run();
    assertThat(refused.exit()).as(refused.err()).isEqualTo(REFUSED);
    return refused.err().replaceAll("[0-9a-f]{8}-[0-9a-f-]{27}", "ID");
  }

  @Test
  void wrongSecretsOfAllKindsGetOneAnswer() throws IOException {
    String mine = files.resolve("mine").toString();
    String others = files.resolve("others").toString();
    daemon.cli("key", "generate-recipient", mine).ok();
    daemon.cli("key", "generate-recipient", others).ok();
    locked("p", "passphrase", "--passphrase-file", file("passphrase", "right\n"));
    locked("k", "keyfile:" + file("key", "0123456789abcdef0123456789abcdef"));
    locked("i", "recipient:" + mine + ".pub");
    recoverable("r");
    String another = recoverable("another");
    String one = sentence("p", "--passphrase-file", file("wrong", "wrong\n"));
    assertThat(one).contains("none of the given protectors opens");
    assertThat(sentence("k", "--key-file", file("no-key", "fedcba9876543210fedcba9876543210")))
        .isEqualTo(one);
    assertThat(sentence("i", "--identity", others)).isEqualTo(one);
    assertThat(sentence("r", "--recovery-file", file("another", another))).isEqualTo(one);
  }

  /** Three wrong ones cost one, two and four seconds; a key file takes nothing of them. */
  @Test
  void rightSecretThatComesEarlyWaits() throws IOException {
    String right = file("early", "0123456789abcdef0123456789abcdef");
    String wrong = file("no", "fedcba9876543210fedcba9876543210");
    locked("slow", "keyfile:" + right);
    int[] counted = {0};
    Condition.await(
        "three wrong ones were tried",
        PATIENCE,
        () -> {
          boolean isTried = !WAIT.matcher(sentence("slow", "--key-file", wrong)).find();
          counted[0] += isTried ? 1 : 0;
          return counted[0] == 3;
        });
    long began = System.nanoTime();
    Matcher told = WAIT.matcher(sentence("slow", "--key-file", right));
    assertThat(told.find()).isTrue();
    Condition.await(
        "the right one is taken",
        PATIENCE,
        () -> daemon.cli("unlock", "slow", "--key-file", right).run().exit() == 0);
    long least = Integer.parseInt(told.group(1)) - 1;
    assertThat(Duration.ofNanos(System.nanoTime() - began))
        .isGreaterThan(Duration.ofSeconds(least));
    assertThat(daemon.cli("inspect", "slow", "--json").ok()).doesNotContain("\"locked\"");
  }
}
