package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.Condition;
import ctrenc.e2e.harness.TestDaemon;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** When the keeper begins and ends, how long anybody waits, and for whom it gives up. */
@Tag("kernel")
class KeeperEndTest {

  private static final Duration LONG = Duration.ofMinutes(5);

  /**
   * Twice what is promised of the machine of BENCHMARKS.md with nothing else to do: others differ.
   */
  private static final Duration GAP = Duration.ofMillis(3000);

  /** Prints the longest time that one of its many writes took, in milliseconds. */
  private static final String PULSE =
      """
      import os, sys, time
      root, stop = sys.argv[1], sys.argv[2]
      fd = os.open(root + '/pulse', os.O_RDWR | os.O_CREAT); longest = 0
      while not os.path.exists(stop):
          before = time.monotonic()
          os.pwrite(fd, b'x' * 100, 0); os.fsync(fd)
          longest = max(longest, time.monotonic() - before)
      print(int(longest * 1000))
      """;

  /** On a machine that has other work, everything takes its share longer. */
  private static double load() throws IOException {
    double load = Double.parseDouble(Files.readString(Path.of("/proc/loadavg")).split(" ")[0]);
    return Math.max(1, load / Runtime.getRuntime().availableProcessors());
  }

  @Test
  void callersWaitNotLong() throws Exception {
    try (TestDaemon daemon = TestDaemon.startKept()) {
      Path root = daemon.create("kept", "--empty", "--keep");
      daemon.awaitKept(1);
      List<Long> gaps = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        Path stop = daemon.run().resolve("stop" + i);
        Process pulse =
            Command.of("python3", "-c", PULSE, root.toString(), stop.toString()).startPiped();
        Condition.await("it beats", LONG, () -> Files.exists(root.resolve("pulse")));
        daemon.killAndAwaitNext();
        Files.createFile(stop);
        assertThat(pulse.waitFor(5, TimeUnit.MINUTES)).isTrue();
        gaps.add(Long.parseLong(new String(pulse.getInputStream().readAllBytes()).strip()));
      }
      System.out.println("waited for the next daemon, ms: " + gaps + " at load " + load());
      assertThat((double) Collections.min(gaps)).isLessThan(GAP.toMillis() * load());
    }
  }

  @Test
  void nobodyWaitsForEver() throws Exception {
    try (TestDaemon daemon =
        TestDaemon.startWith(Map.of("CTR_ENC_KEEPER", "true", "CTR_ENC_KEEPER_PATIENCE", "PT4S"))) {
      Path root = daemon.create("kept", "--empty", "--keep");
      Command.sh("echo there > " + root + "/f; sync " + root + "/f").ok();
      daemon.awaitKept(1);
      // Who holds this lock is about to start a daemon, so the keeper does not.
      try (FileChannel channel =
              FileChannel.open(daemon.run().resolve("start.lock"), StandardOpenOption.WRITE);
          FileLock nobodyElse = channel.lock()) {
        assertThat(nobodyElse.isValid()).isTrue();
        daemon.kill();
        Process caller = Command.sh("stat --cached=never " + root).startPiped();
        assertThat(caller.waitFor(5, TimeUnit.MINUTES)).as("it gets an answer").isTrue();
        assertThat(caller.exitValue()).as("which is an error").isNotZero();
      }
      daemon.startAgain();
      Path again = daemon.mount("kept");
      assertThat(again.resolve("f")).hasContent("there");
    }
  }

  @Test
  void keeperBeginsWithTheFirstRootAndEndsWithTheDaemon() throws IOException {
    try (TestDaemon daemon = TestDaemon.startKept()) {
      assertThat(daemon.keepers()).isEmpty();
      daemon.create("kept", "--empty", "--keep");
      daemon.awaitKept(1);
      daemon.create("second", "--empty");
      daemon.awaitKept(2);
      daemon.cli("rm", "second").ok();
      daemon.awaitKept(1);
      assertThat(daemon.keepers()).hasSize(1);
      daemon.stop();
      Condition.await("the keeper is gone", LONG, () -> daemon.keepers().isEmpty());
    }
  }

  @Test
  void withoutItsKeeperTheDaemonGoesOn() throws IOException {
    try (TestDaemon daemon = TestDaemon.startKept()) {
      Path root = daemon.create("kept", "--empty", "--keep");
      daemon.awaitKept(1);
      daemon.keepers().forEach(ProcessHandle::destroyForcibly);
      Path other = daemon.create("other", "--empty", "--keep");
      Command.sh("echo a > " + root + "/a; echo b > " + other + "/b").ok();
      daemon.stop();
      daemon.startAgain();
      assertThat(daemon.mount("kept").resolve("a")).hasContent("a\n");
    }
  }
}
