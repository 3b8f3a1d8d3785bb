package ctrenc.e2e.containerd;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Condition;
import ctrenc.e2e.harness.Containerd;
import ctrenc.e2e.harness.OciArchive;
import ctrenc.e2e.harness.TestDaemon;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The daemon and containerd die and come back under those who use them. */
@Tag("kernel")
@Timeout(600)
class ContainerdCrashTest {

  private static final String IMAGE = "test/crash:1";
  private static final Duration LONG = Duration.ofMinutes(2);

  /** Counts in a file, and ends when it does not read what it wrote. */
  private static final String COUNTING =
      "i=0; while true; do i=$((i+1)); echo $i > /n; [ \"$(cat /n)\" = $i ]; done";

  @TempDir static Path archives;
  private static Path image;

  @BeforeAll
  static void makeImage() throws Exception {
    image = archives.resolve("image.tar");
    OciArchive.write(
        image,
        IMAGE,
        List.of(
            OciArchive.busybox(archives.resolve("1.tar"), "mkdir d; echo 1 > d/f"),
            OciArchive.layer(archives.resolve("2.tar"), "mkdir d; echo 2 > d/g")));
  }

  @Test
  void containersGoOnWithoutDaemonAndContainerd() throws Exception {
    try (TestDaemon daemon = TestDaemon.startKept();
        Containerd containerd = Containerd.start(daemon.run())) {
      containerd.load(image);
      containerd.runDetached(IMAGE, "on", COUNTING);
      daemon.awaitKept(1);
      for (int i = 0; i < 2; i++) {
        daemon.killAndAwaitNext();
        requireAlive(containerd);
        containerd.killAndStartAgain();
        requireAlive(containerd);
      }
      containerd.restart();
      requireAlive(containerd);
      containerd.runDetached(IMAGE, "next", COUNTING);
      containerd.remove("on");
      containerd.remove("next");
      new Agreement(daemon, containerd).awaitNoKeys();
    }
  }

  private static void requireAlive(Containerd containerd) {
    String before = containerd.exec("on", "cat /n; cat /d/*");
    Condition.await(
        "the container goes on",
        LONG,
        () -> !containerd.exec("on", "cat /n; cat /d/*").equals(before));
  }

  /** Without a keeper a container's root is gone with the daemon; everything else is there. */
  @Test
  void whatIsLostCanBeRemoved() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Containerd containerd = Containerd.start(daemon.run())) {
      containerd.load(image);
      containerd.runDetached(IMAGE, "lost", "sleep 1000");
      daemon.kill();
      daemon.startAgain();
      containerd.awaitSnapshotter();
      assertThat(containerd.snapshots("mounts", "/mnt", "lost").run().exit()).isNotZero();
      containerd.remove("lost");
      assertThat(containerd.run(IMAGE, "again", "cat /d/*")).isEqualTo("1\n2\n");
      assertThat(containerd.snapshotNames()).hasSize(2);
    }
  }
}
