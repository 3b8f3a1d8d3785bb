package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.Condition;
import ctrenc.e2e.harness.Signals;
import ctrenc.e2e.harness.TestDaemon;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What becomes of a container that is ended while it starts. */
@Tag("kernel")
class StartTest extends SharedDaemonCase {

  /** Before the runtime has read what to start, while it starts it, or when that runs. */
  @Test
  void killsWhatAKilledCallerWasAboutToStart() throws IOException {
    Random random = seeded();
    try (TestDaemon own = TestDaemon.start()) {
      for (int round = 0; round < 8; round++) {
        killAStart(own, random.nextInt(80_000_000));
      }
    }
  }

  private static void killAStart(TestDaemon own, int afterNanos) throws IOException {
    Path bundles = own.run().resolve("bundles");
    Process caller = own.cli("run", "--host", "--rm", "--", "sleep", "600").start();
    Condition.await("a start is prepared", Duration.ofSeconds(60), () -> hasFiles(bundles));
    LockSupport.parkNanos(afterNanos);
    caller.destroyForcibly();
    Condition.await(
        "the container is gone",
        Duration.ofSeconds(60),
        () -> own.cli("ps", "--json").ok().strip().equals("[]"));
    assertThat(own.run().resolve("roots")).isEmptyDirectory();
    assertThat(own.run().resolve("runtime")).isEmptyDirectory();
  }

  /** The runtime forwards a signal to its own copy, which is not the command yet. */
  @Test
  void aSignalThatEndsAStartIsNotTakenForTheCommandsEnd() throws Exception {
    Random random = seeded();
    for (int round = 0; round < 8; round++) {
      assertThat(interruptAStart(random.nextInt(80_000_000))).isIn(130, 77);
    }
  }

  private int interruptAStart(int afterNanos) throws Exception {
    String loop = "trap 'exit 77' INT; while :; do sleep 0.05; done";
    Process caller = heedsInt(daemon.cli("run", "--host", "--rm", "--", "sh", "-c", loop)).start();
    Path bundles = daemon.run().resolve("bundles");
    Condition.await("a start is prepared", Duration.ofSeconds(60), () -> hasFiles(bundles));
    LockSupport.parkNanos(afterNanos);
    Signals.send("INT", caller);
    while (!caller.waitFor(1, TimeUnit.SECONDS)) {
      Signals.send("INT", caller); // The first one came before the shell had its trap.
    }
    Condition.await("it is cleaned up", Duration.ofSeconds(60), () -> !hasFiles(bundles));
    return caller.exitValue();
  }

  /** A shell cannot trap what was ignored when it began, as where tests run in the background. */
  private static Command heedsInt(Command command) {
    List<String> call = new ArrayList<>(List.of("env", "--default-signal=INT"));
    call.addAll(command.argv());
    return new Command(call, command.env(), command.deadline(), command.input());
  }

  /**
   * In the foreground and in the background: before the runtime has read what to start, while it
   * starts it, or when that runs. The shell has no trap at first, and its container is killed then.
   */
  @Test
  void stopsWhatIsJustStarting() throws Exception {
    Random random = seeded();
    for (int round = 0; round < 8; round++) {
      Process caller = stopAStart(random.nextInt(120_000_000), round % 2 == 1);
      assertThat(caller.waitFor(60, TimeUnit.SECONDS)).as("the caller is answered").isTrue();
      assertThat(caller.exitValue()).isIn(round % 2 == 1 ? List.of(0) : List.of(77, 137));
    }
  }

  private Process stopAStart(int afterNanos, boolean inBackground) throws IOException {
    String loop = "trap 'exit 77' TERM; while :; do sleep 0.05; done";
    List<String> call = new ArrayList<>(List.of("run", "--host", "--rm", "--name", "brief"));
    call.addAll(inBackground ? List.of("--detach") : List.of());
    call.addAll(List.of("--", "sh", "-c", loop));
    Process caller = daemon.cli(call.toArray(String[]::new)).start();
    LockSupport.parkNanos(afterNanos);
    Command stop = daemon.cli("stop", "--time", "2", "brief");
    Condition.await("it is there", Duration.ofSeconds(60), () -> isStopped(stop.run()));
    assertThat(daemon.cli("ps", "--quiet").ok()).isEmpty();
    for (String left : List.of("bundles", "roots", "runtime")) {
      assertThat(daemon.run().resolve(left)).isEmptyDirectory();
    }
    return caller;
  }

  /** It may not be made yet, or made and not begun. */
  private static boolean isStopped(Command.Result result) {
    assertThat(result.exit()).as(result.err()).isIn(0, 3);
    return result.exit() == 0 && result.err().isEmpty();
  }

  private static Random seeded() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    return new Random(seed);
  }

  private static boolean hasFiles(Path directory) {
    String[] files = directory.toFile().list();
    return files != null && files.length > 0;
  }
}
