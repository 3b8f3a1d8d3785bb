package ctrenc.e2e.containerd;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.Condition;
import ctrenc.e2e.harness.Containerd;
import ctrenc.e2e.harness.OciArchive;
import ctrenc.e2e.harness.SystemdStandIn;
import ctrenc.e2e.harness.TestDaemon;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Daemons follow each other in order, and nobody who uses a root notices. */
@Tag("kernel")
@Timeout(300)
class SuccessionTest {

  private static final String IMAGE = "test/succession:1";
  private static final int TIMES = 3;
  private static final Duration LONG = Duration.ofMinutes(2);

  @Test
  void containersGoOn(@TempDir Path archives) throws Exception {
    Path layer = OciArchive.busybox(archives.resolve("1.tar"), "mkdir d; echo 1 > d/f");
    Path image = OciArchive.write(archives.resolve("image.tar"), IMAGE, List.of(layer));
    try (TestDaemon daemon = TestDaemon.startKept();
        Containerd containerd = Containerd.start(daemon.run())) {
      containerd.load(image);
      containerd.runDetached(IMAGE, "on", Counting.SCRIPT);
      daemon
          .cli("run", "--detach", "--name", "own", "--host", "--", "sh", "-euc", Counting.SCRIPT)
          .ok();
      for (int i = 0; i < TIMES; i++) {
        assertThat(daemon.succeed()).contains("callers waited for");
        int count = lines(daemon);
        Condition.await("it goes on", LONG, () -> lines(daemon) > count);
        containerd.awaitSnapshotter();
        assertThat(containerd.run(IMAGE, "next" + i, "cat /d/f")).isEqualTo("1\n");
      }
      daemon.cli("stop", "--time", "0", "own").ok();
      Counting.requireWhole(daemon.cli("logs", "own").ok());
      Counting.requireWhole(containerd.exec("on", "cat /n"));
      daemon.cli("rm", "own").ok();
      containerd.remove("on");
      new Agreement(daemon, containerd).awaitNoKeys();
      assertThat(daemon.keepers()).hasSizeLessThanOrEqualTo(1);
    }
  }

  private static int lines(TestDaemon daemon) {
    return Integer.parseInt(daemon.cli("exec", "own", "--", "sh", "-c", "wc -l < /n").ok().strip());
  }

  @Test
  void rootsThatWouldEndForbidIt() throws Exception {
    try (TestDaemon daemon = TestDaemon.start()) {
      daemon.succeed();
      Path root = daemon.create("root", "--empty");
      Files.writeString(root.resolve("f"), "1");
      Command.Result refused = daemon.cli("daemon", "restart").run();
      assertThat(refused.exit()).isEqualTo(5);
      assertThat(refused.err()).contains("without a keeper").endsWith("\n").hasLineCount(1);
      assertThat(root.resolve("f")).hasContent("1");
      daemon.cli("rm", "root").ok();
      daemon.succeed();
      daemon.stop();
      assertThat(daemon.cli("daemon", "restart").ok()).contains("no daemon was running");
    }
  }

  @Test
  void mountsOfSnapshotsForbidIt() throws Exception {
    try (TestDaemon daemon = TestDaemon.startKept()) {
      Path root = daemon.create("root", "--empty", "--keep");
      Files.writeString(root.resolve("f"), "1");
      daemon.cli("snapshot", "create", "root@one").ok();
      daemon.cli("mount", "root@one").ok();
      assertThat(daemon.cli("daemon", "restart").run().exit()).isEqualTo(5);
      daemon.cli("umount", "root@one").ok();
      daemon.succeed();
      assertThat(root.resolve("f")).hasContent("1");
    }
  }

  @Test
  void aServiceManagerStartsTheNext() throws Exception {
    Map<String, String> settings =
        Map.of("CTR_ENC_KEEPER", "true", "CTR_ENC_SYSTEMD_STORE", "true");
    try (TestDaemon daemon = TestDaemon.served(settings);
        SystemdStandIn systemd =
            SystemdStandIn.start(daemon.run(), daemon.cli("daemon", "serve"))) {
      systemd.awaitStart(1);
      Path root = daemon.create("root", "--empty");
      for (int i = 1; i <= TIMES; i++) {
        Files.writeString(root.resolve("f"), "" + i);
        daemon.succeed();
        assertThat(root.resolve("f")).hasContent("" + i);
      }
      daemon.cli("rm", "root").ok();
      assertThat(systemd.end()).as("descriptors that are left in the store").isZero();
    }
  }
}
