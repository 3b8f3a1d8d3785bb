package ctrenc.e2e.containerd;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.Condition;
import ctrenc.e2e.harness.Containerd;
import ctrenc.e2e.harness.OciArchive;
import ctrenc.e2e.harness.TestDaemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
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

  /** As many of the daemon's in a row as its keeper puts up with, and less. */
  private static final List<Crash> CRASHES =
      List.of(
          Crash.DAEMON_KILLED,
          Crash.DAEMON_KILLED,
          Crash.DAEMON_KILLED,
          Crash.DAEMON_KILLED,
          Crash.CONTAINERD_KILLED,
          Crash.CONTAINERD_KILLED,
          Crash.CONTAINERD_KILLED,
          Crash.CONTAINERD_RESTARTED);

  private static final int MOST_PAUSE_MILLIS = 2000;

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

  /** The image's layers were not on the disk yet: they are gone, and are unpacked again. */
  @Test
  void layersThatPowerLossTookAreUnpackedAgain() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Containerd containerd = Containerd.start(daemon.run())) {
      containerd.load(image);
      daemon.kill();
      Path home = daemon.state().resolve("snapshotter");
      Path trees = home.resolve("trees");
      for (String tree : Command.of("ls", trees.toString()).ok().split("\n")) {
        Files.writeString(home.resolve("unsynced").resolve(tree), "another boot");
        Command.sh("find " + trees.resolve(tree) + " -type f -exec truncate -s 0 {} +").ok();
      }
      daemon.startAgain();
      containerd.awaitSnapshotter();
      assertThat(containerd.snapshotNames()).isEmpty();
      containerd.ctr("images", "rm", "--sync", IMAGE).ok();
      containerd.load(image);
      assertThat(containerd.run(IMAGE, "again", "cat /d/*")).isEqualTo("1\n2\n");
      assertThat(containerd.snapshotNames()).hasSize(2);
      new Agreement(daemon, containerd).require();
    }
  }

  @Test
  void bothSidesAgreeAfterCrashes() throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    try (TestDaemon daemon = TestDaemon.startKept();
        Containerd containerd = Containerd.start(daemon.run())) {
      containerd.load(image);
      containerd.runDetached(IMAGE, "on", COUNTING);
      daemon.awaitKept(1);
      crash(random, daemon, containerd);
      Agreement agreement = new Agreement(daemon, containerd);
      agreement.require();
      agreement.removeAll();
      containerd.load(image);
      assertThat(containerd.run(IMAGE, "last", "cat /d/*")).isEqualTo("1\n2\n");
      containerd.ctr("images", "rm", "--sync", IMAGE).ok();
      agreement.require();
      agreement.requireNothing();
    }
  }

  /** Clients work on meanwhile. */
  private static void crash(Random random, TestDaemon daemon, Containerd containerd)
      throws Exception {
    try (Workers workers = Workers.start(containerd, image, IMAGE, archives.resolve("stop"))) {
      List<Crash> crashes = new ArrayList<>(CRASHES);
      Collections.shuffle(crashes, random);
      for (Crash crash : crashes) {
        TimeUnit.MILLISECONDS.sleep(random.nextInt(MOST_PAUSE_MILLIS)); // The random point.
        crash.happen(daemon, containerd);
      }
      requireAlive(containerd);
      assertThat(workers.end()).as("rounds that went through").isPositive();
    }
  }

  private enum Crash {
    DAEMON_KILLED,
    CONTAINERD_KILLED,
    CONTAINERD_RESTARTED;

    void happen(TestDaemon daemon, Containerd containerd) throws IOException {
      switch (this) {
        case DAEMON_KILLED -> {
          daemon.kill();
          daemon.startAgain();
        }
        case CONTAINERD_KILLED -> containerd.killAndStartAgain();
        case CONTAINERD_RESTARTED -> containerd.restart();
      }
    }
  }
}
