package ctrenc.e2e.containerd;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Canary;
import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.Condition;
import ctrenc.e2e.harness.Containerd;
import ctrenc.e2e.harness.OciArchive;
import ctrenc.e2e.harness.TestDaemon;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What who runs a container under containerd can choose: keys, limits, mapped ids, reading alone.
 */
@Tag("kernel")
@Timeout(300)
class ContainerdChoicesTest {

  private static final String IMAGE = "test/choices:1";
  private static final String OURS = "containerd.io/snapshot/ctr-enc.io/";
  private static final String[] MAPPED = {
    "--uidmap", "0:100000:65536", "--gidmap", "0:100000:65536"
  };
  private static final String SHOW_OWNERS =
      "id -u; echo x > /etc/x; busybox stat -c %n:%u:%g /etc/low /etc/x; cat /proc/self/uid_map";

  @TempDir static Path archives;
  private static final Canary CANARY = Canary.fresh();
  private static Path image;

  @BeforeAll
  static void makeImage() throws Exception {
    image =
        OciArchive.write(
            archives.resolve("image.tar"),
            IMAGE,
            List.of(
                OciArchive.busybox(
                    archives.resolve("1.tar"), "echo %s > etc/low".formatted(CANARY.text()))));
  }

  private static Command run(Containerd containerd, String id, String script, String... options) {
    List<String> argv = new ArrayList<>(List.of("run", "--rm", "--snapshotter", "ctr-enc"));
    argv.addAll(List.of(options));
    argv.addAll(List.of(IMAGE, id, "/bin/sh", "-euc", script));
    return containerd.ctr(argv.toArray(String[]::new));
  }

  private static void requireMapped(String seen) {
    assertThat(seen)
        .startsWith("0\n/etc/low:0:0\n/etc/x:0:0\n")
        .containsPattern("0 +100000 +65536");
  }

  /** containerd changes the owners in a snapshot of its own, which it commits and builds on. */
  @Test
  void ownersAreChangedForAMapping() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Containerd containerd = Containerd.start(daemon.run())) {
      containerd.load(image);
      for (String id : List.of("first", "second")) {
        requireMapped(run(containerd, id, SHOW_OWNERS, MAPPED).ok());
      }
    }
  }

  @Test
  void ownersAreMappedByTheKernel() throws Exception {
    List<String> options = new ArrayList<>(List.of(MAPPED));
    options.add("--remap-labels");
    try (TestDaemon daemon = TestDaemon.start();
        Containerd containerd = Containerd.start(daemon.run())) {
      containerd.load(image);
      requireMapped(run(containerd, "mapped", SHOW_OWNERS, options.toArray(String[]::new)).ok());
      assertThat(containerd.snapshotNames()).as("no copy of the image's").hasSize(1);
    }
  }

  @Test
  void mappedOwnersGoOnOverTheDaemonsDeath() throws Exception {
    List<String> argv = new ArrayList<>(List.of("run", "-d", "--snapshotter", "ctr-enc"));
    argv.addAll(List.of(MAPPED));
    argv.addAll(List.of("--remap-labels", IMAGE, "on", "/bin/sleep", "1000"));
    try (TestDaemon daemon = TestDaemon.startKept();
        Containerd containerd = Containerd.start(daemon.run())) {
      containerd.load(image);
      containerd.ctr(argv.toArray(String[]::new)).ok();
      daemon.awaitKept(1);
      daemon.killAndAwaitNext();
      requireMapped(containerd.exec("on", SHOW_OWNERS));
      // Garbage collection does not try again what fails while containerd looks for the daemon.
      containerd.awaitSnapshotter();
      containerd.remove("on");
      Command mapped = Command.of("ls", daemon.run().resolve("mapped").toString());
      Condition.await("it is gone", Duration.ofMinutes(2), () -> mapped.ok().isEmpty());
    }
  }

  @Test
  void labelsAreHeeded() throws Exception {
    Path keys = Files.createDirectory(archives.resolve("keys"));
    Command.sh("umask 077; head -c 32 /dev/urandom > " + keys.resolve("db")).ok();
    try (TestDaemon daemon =
            TestDaemon.startWith(Map.of("CTR_ENC_KEYS_DIRECTORY", keys.toString()));
        Containerd containerd = Containerd.start(daemon.run())) {
      containerd.load(image);
      String fill = "dd if=/dev/zero of=/f bs=65536 count=100 2>&1 || echo full";
      assertThat(run(containerd, "a", fill, label("quota=3000000")).ok()).endsWith("full\n");
      assertThat(run(containerd, "b", fill).ok()).doesNotContain("full");
      assertThat(run(containerd, "c", "cat /etc/low", label("key=db")).ok())
          .isEqualTo(CANARY.text() + "\n");
      for (String unknown :
          List.of("key=other", "quota=many", "encrypt-layers=maybe", "color=red")) {
        Command.Result refused = run(containerd, "d", "true", label(unknown)).run();
        assertThat(refused.exit()).isNotZero();
        assertThat(refused.err()).contains("ctr-enc.io/").contains("not known");
        containerd.ctr("containers", "rm", "d").run();
      }
      assertThat(containerd.snapshotNames()).hasSize(1);
    }
  }

  private static String label(String what) {
    return "--snapshotter-label=" + OURS + what;
  }

  /** They are read from mounts of their own, and go on over the daemon's death as others do. */
  @Test
  void encryptedImagesAreReadByMany() throws Exception {
    Map<String, String> settings =
        Map.of("CTR_ENC_KEEPER", "true", "CTR_ENC_ENCRYPT_LAYERS", "true");
    try (TestDaemon daemon = TestDaemon.startWith(settings);
        Containerd containerd = Containerd.start(daemon.run())) {
      containerd.load(image);
      assertThat(Command.of("grep", "-rlF", CANARY.text(), daemon.state().toString()).run().out())
          .isEmpty();
      startReading(containerd, "one");
      startReading(containerd, "two");
      daemon.awaitKept(2);
      daemon.killAndAwaitNext();
      for (String id : List.of("one", "two")) {
        assertThat(containerd.exec(id, "cat /etc/low; touch /x 2>&1 || true"))
            .startsWith(CANARY.text())
            .contains("Read-only");
      }
      containerd.remove("one");
      assertThat(containerd.exec("two", "cat /etc/low")).isEqualTo(CANARY.text() + "\n");
      containerd.remove("two");
    }
  }

  private static void startReading(Containerd containerd, String id) {
    containerd
        .ctr(
            "run", "-d", "--read-only", "--snapshotter", "ctr-enc", IMAGE, id, "/bin/sleep", "1000")
        .ok();
  }
}
