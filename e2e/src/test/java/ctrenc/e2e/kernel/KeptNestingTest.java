package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Condition;
import ctrenc.e2e.harness.NestingDaemon;
import ctrenc.e2e.harness.TestDaemon;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The daemon is killed under containers that run others: all of them go on. */
@Tag("kernel")
@Timeout(300)
class KeptNestingTest {

  private static final Duration LONG = Duration.ofMinutes(2);

  /** A container in a container in it waits for a word; another one's caller is to be killed. */
  private static final String WORK =
      """
      ctr-enc run -- sh -c "touch /left; sleep 1000" 2> /dev/null & echo $! > /pid
      until ls /.nested-*/left > /dev/null 2>&1; do sleep 0.1; done
      ctr-enc run --image debian -- sh -c '
        ctr-enc run -- sh -c "echo inner > /f; touch /up; until [ -e /go ]; do sleep 0.1; done; cat /f; exit 5"
        code=$?; ctr-enc run -- sh -c "exit 1"; exit $((code + $? + 1))'
      echo outer $?
      ctr-enc run -- sh -c "echo again; exit 3"; echo after $?
      until [ -z "$(ctr-enc ps -q)" ]; do sleep 0.1; done
      ls -A / | grep nested; ls -A /run/ctr-enc/nested; grep -lz '^1000$' /proc/[0-9]*/cmdline | wc -l
      echo over; sleep 2000
      """;

  @RegisterExtension static final NestingDaemon HOST = NestingDaemon.kept();

  private static boolean isIn(String name, String script) {
    return HOST.daemon().cli("exec", name, "sh", "-c", script).run().exit() == 0;
  }

  @Test
  void whatRunsInsideGoesOnAndMoreIsRun() {
    TestDaemon daemon = HOST.daemon();
    daemon.cli("run", "-d", "--name", "n", "--nesting", "debian", "--", "sh", "-c", WORK).ok();
    Condition.await("it runs", LONG, () -> isIn("n", "test -e /.nested-*/.nested-*/up"));
    daemon.awaitKept(1);
    daemon.killAndAwaitNext();
    assertThat(daemon.cli("exec", "n", "ctr-enc", "ps", "-q").ok().lines()).hasSize(3);
    assertThat(isIn("n", "kill -9 $(cat /pid)")).isTrue();
    daemon.succeed();
    assertThat(isIn("n", "cd /.nested-*/.nested-*; touch go")).isTrue();
    Condition.await("it is over", LONG, () -> daemon.cli("logs", "n").ok().contains("over"));
    assertThat(daemon.cli("logs", "n").ok().lines())
        .containsExactly("inner", "outer 7", "again", "after 3", "ctr-enc.sock", "0", "over");
    daemon.cli("rm", "--force", "n").ok();
    assertThat(daemon.run().resolve("nested").toFile().list())
        .allMatch(name -> name.matches("program|former-.*"));
  }

  /** Short runs without a pause, so that some begin while no daemon answers. */
  private static final String RUNS =
      """
      until [ -e /go ]; do ctr-enc run -- sh -c "exit 5" 2> /err; echo $? $(cat /err); touch /up; done
      """;

  @Test
  void whatBeginsMeanwhileWaitsForTheNextDaemon() {
    TestDaemon daemon = HOST.daemon();
    daemon.cli("run", "-d", "--name", "m", "--nesting", "debian", "--", "sh", "-c", RUNS).ok();
    Condition.await("it runs", LONG, () -> isIn("m", "test -e /up"));
    daemon.awaitKept(1);
    daemon.killAndAwaitNext();
    daemon.succeed();
    assertThat(isIn("m", "touch /go")).isTrue();
    Condition.await("it is over", LONG, () -> daemon.cli("ps").ok().contains("exited"));
    assertThat(daemon.cli("logs", "m").ok().lines().distinct()).containsExactly("5");
    daemon.cli("rm", "m").ok();
  }
}
