package ctrenc.e2e.containerd;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Canary;
import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.Condition;
import ctrenc.e2e.harness.Containerd;
import ctrenc.e2e.harness.DebianTree;
import ctrenc.e2e.harness.OciArchive;
import ctrenc.e2e.harness.TestDaemon;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real containerd imports, runs, commits and removes on this product's snapshots. */
@Tag("kernel")
@Timeout(600)
class ContainerdTest {

  private static final String IMAGE = "test/busybox:1";
  private static final String DEBIAN = "test/debian:1";
  private static final Duration LONG = Duration.ofMinutes(2);
  @TempDir static Path archives;
  private static Path image;

  @BeforeAll
  static void makeImage() throws Exception {
    image =
        OciArchive.write(
            archives.resolve("busybox.tar"),
            IMAGE,
            List.of(
                OciArchive.busybox(
                    archives.resolve("1.tar"), "mkdir -p d/e; echo low > d/e/f; echo gone > gone"),
                OciArchive.layer(
                    archives.resolve("2.tar"), "touch .wh.gone; mkdir d; echo high > d/g"),
                OciArchive.layer(
                    archives.resolve("3.tar"),
                    "mkdir d; touch d/.wh..wh..opq; echo new > d/h; chmod 1777 d")));
  }

  @Test
  void imageIsUnpackedRunAndRemoved() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Containerd containerd = Containerd.start(daemon.run())) {
      containerd.load(image);
      assertThat(containerd.run(IMAGE, "one", "ls /d /; cat /d/h; echo x > /d/x; cat /d/x"))
          .contains("h", "new", "x")
          .doesNotContain("gone", "g\n");
      assertThat(containerd.snapshotNames()).hasSize(3);
      containerd.ctr("images", "rm", "--sync", IMAGE).ok();
      assertThat(containerd.snapshotNames()).isEmpty();
      assertNothingIsLeft(daemon);
    }
  }

  private static void assertNothingIsLeft(TestDaemon daemon) {
    assertThat(daemon.state().resolve("snapshotter/trees")).isEmptyDirectory();
    assertThat(daemon.state().resolve("snapshotter/records")).isEmptyDirectory();
    assertThat(daemon.state().resolve("segments")).isEmptyDirectory();
    assertThat(daemon.cli("image", "ls", "--json").ok().strip()).isEqualTo("[]");
    daemon.cli("check").ok();
  }

  /** containerd removes in the background, soon after it was asked. */
  private static void awaitNoKeys(TestDaemon daemon) {
    Condition.await(
        "what was encrypted is gone",
        LONG,
        () -> Command.of("ls", daemon.state().resolve("segments").toString()).ok().isEmpty());
  }

  @Test
  void whatAContainerWritesIsNowhereInClearAndGoesWithIt() throws Exception {
    Canary canary = Canary.fresh();
    try (TestDaemon daemon = TestDaemon.start();
        Containerd containerd = Containerd.start(daemon.run())) {
      containerd.load(image);
      containerd.runDetached(IMAGE, "box", "sleep 1000");
      containerd.exec(
          "box",
          "cd /root; echo $0 > $0; dd if=/dev/zero of=big bs=1k count=100; sync"
              .replace("$0", canary.text()));
      assertThat(containerd.exec("box", "cat /root/canary*")).isEqualTo(canary.text() + "\n");
      assertThat(daemon.cli("daemon", "stop").run().exit()).as("it is in use").isEqualTo(5);
      for (Path place : List.of(daemon.state(), containerd.root())) {
        Command.Result found = Command.of("grep", "-rlF", canary.text(), place.toString()).run();
        assertThat(found.out()).isEmpty();
        assertThat(found.exit()).isEqualTo(1);
      }
      assertThat(Files.list(daemon.state().resolve("segments")).count()).isEqualTo(1);
      containerd.remove("box");
      awaitNoKeys(daemon);
    }
  }

  @Test
  void containersAreCommittedAndStoodOn() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Containerd containerd = Containerd.start(daemon.run())) {
      containerd.load(image);
      containerd.runDetached(IMAGE, "work", "mv /d /moved; echo made > /moved/made; sleep 1000");
      Condition.await(
          "it is made",
          LONG,
          () -> containerd.exec("work", "cat /moved/made || true").equals("made\n"));
      containerd.end("work");
      containerd.snapshots("commit", "done", "work").ok();
      containerd.ctr("containers", "rm", "work").ok();
      containerd.snapshots("prepare", "next", "done").ok();
      daemon.stop();
      daemon.startAgain();
      containerd.awaitSnapshotter();
      containerd.snapshots("view", "see", "done").ok();
      Path target = Files.createDirectory(archives.resolve("see"));
      Command.sh(containerd.snapshots("mounts", target.toString(), "see").ok()).ok();
      List<String> seen =
          Command.of("ls", target.toString(), target + "/moved").ok().lines().toList();
      Command.of("umount", target.toString()).ok();
      assertThat(seen).contains("made", "moved").doesNotContain("d");
      containerd.snapshots("rm", "see").ok();
      containerd.snapshots("rm", "next").ok();
      containerd.snapshots("rm", "done").ok();
      awaitNoKeys(daemon);
    }
  }

  @Test
  void debianRunsWithItsTools() throws Exception {
    Path archive =
        OciArchive.write(archives.resolve("debian.tar"), DEBIAN, List.of(DebianTree.archive()));
    try (TestDaemon daemon = TestDaemon.start();
        Containerd containerd = Containerd.start(daemon.run())) {
      containerd.load(archive);
      Files.delete(archive);
      String work =
          """
          cd /root; git init -q r; cd r; echo 'int main(void) { return 7; }' > m.c; gcc -o m m.c; ./m || echo $?
          git add m.c; git -c user.name=a -c user.email=b commit -qm first; git fsck --strict
          mv /usr/share/doc /usr/share/documents; ls /usr/share/documents/git | head -n 1
          """;
      assertThat(containerd.run(DEBIAN, "work", work)).startsWith("7\n");
    }
  }

  @Test
  void manyStartAtOnce() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Containerd containerd = Containerd.start(daemon.run())) {
      containerd.load(image);
      List<Process> starts = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        String script = "echo %d > /own; cat /own".formatted(i);
        starts.add(
            containerd
                .ctr(
                    "run",
                    "--rm",
                    "--snapshotter",
                    "ctr-enc",
                    IMAGE,
                    "c" + i,
                    "/bin/sh",
                    "-c",
                    script)
                .startPiped());
      }
      for (int i = 0; i < starts.size(); i++) {
        String text = new String(starts.get(i).getInputStream().readAllBytes());
        assertThat(starts.get(i).waitFor()).as(text).isZero();
        assertThat(text).isEqualTo(i + "\n");
      }
      awaitNoKeys(daemon);
    }
  }
}
