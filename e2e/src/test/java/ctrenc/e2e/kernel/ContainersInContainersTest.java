package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Condition;
import ctrenc.e2e.harness.KeyHunt;
import ctrenc.e2e.harness.NestingDaemon;
import ctrenc.e2e.harness.ProcessMemory;
import ctrenc.e2e.harness.TestDaemon;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Containers that processes in real containers run, as root and as somebody. */
@Tag("kernel")
@Timeout(600)
class ContainersInContainersTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** The image's top directory is its maker's alone. */
  private static final String AS_ALICE =
      """
      chmod 755 /
      exec setpriv --reuid 1000 --regid 1000 --clear-groups sh -ec '%s'
      """;

  @RegisterExtension static final NestingDaemon HOST = NestingDaemon.mortal();

  @Test
  void threeDeepAsRootEachOnItsOwn() {
    String script =
        """
        echo 0 > /f
        ctr-enc run -- sh -ec '
          echo 1 >> /f; grep "^key " /.ctr-enc/info
          ctr-enc run -- sh -ec "
            echo 2 >> /f; grep \\"^key \\" /.ctr-enc/info
            ctr-enc run -- sh -ec \\"
              echo 3 >> /f; cat /f; grep ^key /.ctr-enc/info; exit 7\\" || echo code \\$?
            wc -l < /f"
          wc -l < /f'
        wc -l < /f
        ls -A / | grep -c nested || true
        ls -A /run/ctr-enc/nested
        """;
    List<String> lines = HOST.nesting(script).ok().lines().toList();
    assertThat(lines.stream().filter(line -> !line.startsWith("key ")))
        .containsExactly("0", "1", "2", "3", "code 7", "3", "2", "1", "0", "ctr-enc.sock");
    assertThat(lines.stream().filter(line -> line.startsWith("key ")).distinct()).hasSize(3);
  }

  @Test
  void threeDeepAsSomebody() {
    String script =
        """
        ctr-enc run -- sh -ec "
          id -u; echo own > /f; cat /etc/shadow 2> /dev/null || echo refused
          touch /etc/f 2> /dev/null || echo refused
          ctr-enc run -- ctr-enc run -- sh -c \\"id -u; cat /f\\""
        ctr-enc run --image debian -- sh -c "test -e /f || echo fresh"
        ctr-enc run --image none true 2> /tmp/e || { echo $?; cat /tmp/e; }
        ctr-enc exec x 2> /tmp/e || { echo $?; cat /tmp/e; }
        ctr-enc run nosuch 2> /dev/null || echo $?
        ctr-enc ps -q
        """;
    assertThat(HOST.nesting(AS_ALICE.formatted(script)).ok().lines())
        .containsExactly(
            "0",
            "refused",
            "refused",
            "0",
            "own",
            "fresh",
            "125",
            "ctr-enc: there is no image none: ask who runs the daemon for the names of those there are",
            "2",
            "ctr-enc: 'exec' is not offered inside a container, call it on the host: see 'ctr-enc --help'",
            "127");
  }

  @Test
  void aHundredInARowLeaveNothing() {
    String script =
        """
        for i in $(seq 100); do
          ctr-enc run --image debian -- sh -ec \
            'head -c 20000 /dev/urandom > /f; grep "^key " /.ctr-enc/info' >> /keys
        done
        sort -u /keys | wc -l
        ls -A / | grep -c nested || true
        ls -A /run/ctr-enc/nested
        ctr-enc ps -q
        ls -A /.ctr-enc/subvolumes
        """;
    assertThat(HOST.nesting(script).ok().lines()).containsExactly("100", "0", "ctr-enc.sock");
  }

  @Test
  void aKilledCallerLeavesNothing() {
    String script =
        """
        ctr-enc run -- sh -ec 'ctr-enc run -- sh -c "touch /up; sleep 1000" & touch /up; sleep 1000' &
        until ls /.nested-*/.nested-*/up > /dev/null 2>&1; do sleep 0.1; done
        ctr-enc ps -q | wc -l
        kill -9 $!
        until [ -z "$(ctr-enc ps -q)" ]; do sleep 0.1; done
        ls -A / | grep -c nested || true
        ls -A /run/ctr-enc/nested
        grep -lz '^1000$' /proc/[0-9]*/cmdline | wc -l
        """;
    assertThat(HOST.nesting(script).ok().lines()).containsExactly("2", "0", "ctr-enc.sock", "0");
  }

  @Test
  void aSignalEndsWhatRunsWhereverItsRootIs() {
    String script =
        """
        ctr-enc run -- sh -ec '
          mkdir /j; mount -t tmpfs none /j; mkdir /j/usr; mount --bind /usr /j/usr
          for d in bin lib lib64; do ln -s usr/$d /j/$d; done; touch /up; exec chroot /j sleep 1000' &
        until ls /.nested-*/up > /dev/null 2>&1; do sleep 0.1; done
        kill -9 $!
        until [ -z "$(ctr-enc ps -q)" ]; do sleep 0.1; done
        grep -lz '^1000$' /proc/[0-9]*/cmdline | wc -l
        ctr-enc run -- sleep 1000 &
        until [ -n "$(ctr-enc ps -q)" ]; do sleep 0.1; done
        kill -TERM $!
        wait $! || echo $?
        until [ -z "$(ctr-enc ps -q)" ]; do sleep 0.1; done
        """;
    assertThat(HOST.nesting(script).ok().lines()).containsExactly("0", "143");
  }

  /** Makes another canary of what it is given, so that what is around it never has it. */
  private static final String NESTED_WITH_CANARY =
      """
      until [ -e /in ]; do sleep 0.1; done
      ctr-enc run -- sh -ec 'tr 0-9a-f a-f0-9 < /in > /f; sync /f; cat /f > /up; sleep 1000' &
      echo $! > /pid; sleep 1000
      """;

  @Test
  void nothingOfWhatRanInsideIsInMemoryWhenItHasEnded() throws IOException {
    TestDaemon daemon = HOST.daemon();
    daemon
        .cli(
            "run", "-d", "--name", "n", "--nesting", "debian", "--", "sh", "-c", NESTED_WITH_CANARY)
        .ok();
    String given = UUID.randomUUID().toString().replace("-", "");
    daemon.cli("exec", "-i", "n", "sh", "-c", "cat > /new; mv /new /in").stdin(given).ok();
    Condition.await(
        "the nested one has its canary",
        PATIENCE,
        () -> daemon.cli("exec", "n", "sh", "-c", "test -s /.nested-*/up").run().exit() == 0);
    String id = daemon.cli("quota", "n").ok().lines().skip(2).findFirst().orElseThrow();
    Map<String, byte[]> things =
        KeyHunt.keys(daemon, UUID.fromString(id.substring(0, id.indexOf(' '))));
    byte[] made = new byte[given.length()];
    for (int i = 0; i < made.length; i++) {
      int digit = Character.digit(given.charAt(i), 16);
      made[i] = (byte) Character.forDigit((digit + 10) % 16, 16);
    }
    things.put("canary", made);
    ProcessMemory memory = new ProcessMemory(daemon.pid());
    assertThat(ProcessMemory.names(memory.find(things))).contains("KEK", "canary");

    daemon.cli("exec", "n", "sh", "-c", "kill -9 $(cat /pid)").ok();
    memory.awaitNone(things, PATIENCE);
    assertThat(daemon.cli("ps").ok()).contains("running");
    daemon.cli("rm", "--force", "n").ok();
  }

  @Test
  void whatRunsInsideGoesWithItsContainer() {
    HOST.daemon()
        .cli(
            "run",
            "-d",
            "--name",
            "n",
            "--nesting",
            "debian",
            "--",
            "sh",
            "-c",
            "ctr-enc run -- sleep 1000")
        .ok();
    Condition.await(
        "the nested one runs",
        PATIENCE,
        () ->
            HOST.daemon().cli("exec", "n", "ctr-enc", "ps", "-q").run().out().lines().count() == 1);
    HOST.daemon().cli("stop", "-t", "0", "n").ok();
    assertThat(HOST.daemon().run().resolve("nested").toFile().list()).containsExactly("program");
    assertThat(HOST.daemon().cli("quota", "--json", "n").ok()).doesNotContain("\"parent\":\"");
    HOST.daemon().cli("rm", "n").ok();
  }
}
