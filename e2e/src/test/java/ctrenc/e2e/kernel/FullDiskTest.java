package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.Condition;
import ctrenc.e2e.harness.Installation;
import ctrenc.e2e.harness.LoopDisk;
import ctrenc.e2e.harness.Manifest;
import ctrenc.e2e.harness.TestDaemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A disk fills up in the middle of what moves ciphertext; then it has room again. */
@Tag("kernel")
@Timeout(900)
class FullDiskTest {

  private static final int FULL = 9;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path scratch;
  private LoopDisk disk;
  private TestDaemon daemon;
  private String passphrase;

  @BeforeEach
  void start() throws IOException {
    passphrase = scratch.resolve("passphrase").toString();
    Files.writeString(Path.of(passphrase), "correct horse battery staple\n");
    disk = LoopDisk.make(scratch, "256m");
    daemon = TestDaemon.startOn(Files.createDirectories(disk.point().resolve("state")));
    // The first record lets the metadata store reserve its log, which would look like what failed.
    daemon.create("first", "--empty");
    daemon.cli("rm", "first").ok();
  }

  /** Whatever failed, the store on the disk that was full is whole, and nothing is left over. */
  @AfterEach
  void stop() throws IOException {
    try (LoopDisk closedLast = disk;
        TestDaemon closed = daemon) {
      makeRoom();
      closed.cli("check").ok();
      assertThat(closed.cli("verify").ok()).contains(" 0 findings");
      assertThat(closedLast.point()).exists();
    }
  }

  /** Leaves so many MiB. */
  private void fill(int left) {
    Command.sh(
            "cd %s; sync -f .; a=$(df -B1M --output=avail . | tail -1); fallocate -l $((a - %d))M filler; sync -f ."
                .formatted(disk.point(), left))
        .ok();
  }

  private void makeRoom() throws IOException {
    Files.deleteIfExists(disk.point().resolve("filler"));
  }

  private long free() throws IOException {
    Command.of("sync", "-f", disk.point().toString()).ok();
    return Files.getFileStore(disk.point()).getUsableSpace();
  }

  private static String shell(TestDaemon of, String call) {
    return "CTR_ENC_STATE=%s CTR_ENC_RUN=%s CTR_ENC_REHEARSAL=false %s %s"
        .formatted(of.state(), of.run(), Installation.launcher(), call);
  }

  private Path create(TestDaemon in, String name) {
    return in.create(
        name, "--empty", "--keep", "--protect", "passphrase", "--passphrase-file", passphrase);
  }

  private Path opened(String name) {
    daemon.cli("unlock", name, "--passphrase-file", passphrase).ok();
    return daemon.mount(name);
  }

  private static Command.Result run(String shell) {
    return Command.of("bash", "-c", shell).within(Duration.ofMinutes(5)).run();
  }

  private static void assertFull(Command.Result failed) {
    assertThat(failed.exit()).as(failed.err()).isEqualTo(FULL);
    assertThat(failed.err()).contains("make room").doesNotContain("Exception");
    assertThat(failed.err().lines().filter(line -> line.contains("make room"))).hasSize(1);
  }

  /** A root of another store with 60 MiB, locked; what it holds. */
  private List<String> filled(TestDaemon source) throws IOException {
    Path root = create(source, "work");
    Command.sh(
            "cd "
                + root
                + "; head -c 40m /dev/urandom > large; mkdir d; head -c 20m /dev/urandom | split -b 9000 - d/f")
        .ok();
    List<String> held = Manifest.of(root);
    source.cli("lock", "work").ok();
    return held;
  }

  @Test
  void whatIsReceivedAndRestoredComesWholeOrNotAtAll() throws IOException {
    try (TestDaemon source = TestDaemon.start()) {
      List<String> held = filled(source);
      Path stream = scratch.resolve("stream");
      Path archive = scratch.resolve("archive");
      String told = run(shell(source, "send work > " + stream)).err();
      String sent = told.replaceFirst("(?s).*sending (work@\\S+).*", "$1");
      Command.sh(shell(source, "backup work > " + archive)).ok();

      fill(30);
      long before = free();
      assertFull(run(shell(daemon, "receive copy < " + stream)));
      assertFull(run(shell(daemon, "restore copy < " + archive)));
      assertThat(daemon.cli("ps", "--quiet").ok()).isEmpty();
      assertThat(free()).isGreaterThan(before - (6L << 20));

      receiveInTwoParts(source, sent, stream);
      Command.sh(shell(daemon, "restore saved < " + archive)).ok();
      assertThat(Manifest.of(opened("copy"))).isEqualTo(held);
      assertThat(Manifest.of(opened("saved"))).isEqualTo(held);
    }
  }

  /** The first one ends where the disk is full. */
  private void receiveInTwoParts(TestDaemon source, String sent, Path stream) throws IOException {
    assertFull(run(shell(daemon, "receive --resumable copy < " + stream)));
    assertThat(daemon.cli("ps", "--quiet").ok()).isEmpty();
    String point = daemon.cli("receive", "--kept").ok().strip();
    assertThat(point).isNotEmpty().doesNotContain("\n");
    makeRoom();
    String rest =
        "set -o pipefail; "
            + shell(source, "send --resume " + point + " " + sent)
            + " | "
            + shell(daemon, "receive --resumable copy");
    Condition.await("there is room", PATIENCE, () -> run(rest).exit() == 0);
    assertThat(daemon.cli("receive", "--kept").ok()).isEmpty();
  }

  @Test
  void aBackupThatFindsNoRoomSaysSo() throws IOException {
    try (TestDaemon source = TestDaemon.start()) {
      filled(source);
      fill(10);
      Path archive = disk.point().resolve("archive");
      Command.Result failed = run(shell(source, "backup work > " + archive));
      assertFull(failed);
      Files.delete(archive);
    }
  }

  @Test
  void compactingAFullDiskMakesRoomOrSaysThatItNeedsSome() throws IOException {
    Path root = create(daemon, "work");
    Command.sh(
            "cd "
                + root
                + "; head -c 60m /dev/urandom | split -b 6000 -a 4 - f; sync .; ls | awk 'NR % 5' | xargs rm; sync .")
        .ok();
    List<String> held = Manifest.of(root);
    fill(0);
    Command.sh("cat /dev/zero > " + disk.point() + "/rest || true").ok();
    Command.Result result = daemon.cli("compact", "work").run();
    if (result.exit() != 0) {
      assertThat(result.exit()).as(result.err()).isEqualTo(FULL);
    }
    assertThat(Manifest.of(root)).isEqualTo(held);
    Files.delete(disk.point().resolve("rest"));
    makeRoom();
    long before = free();
    Condition.await(
        "there is room", PATIENCE, () -> daemon.cli("compact", "work").run().exit() == 0);
    assertThat(free()).isGreaterThanOrEqualTo(before);
    assertThat(Manifest.of(root)).isEqualTo(held);
    daemon.cli("lock", "work").ok();
  }
}
