package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.TestDaemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever is wrong, the answer is one plain sentence and an exit code, and nothing is lost or left
 * behind.
 */
@Tag("kernel")
class BadInputTest extends SharedDaemonCase {

  @Test
  void anUnknownImage() {
    oneSentence(daemon.cli("run", "no-such-image", "--", "true").run(), "no-such-image");
  }

  @Test
  void anArchiveThatClimbsOut(@TempDir Path scratch) throws IOException {
    Path outside = scratch.resolve("climber");
    python(
        scratch,
        """
        import tarfile, io
        t = tarfile.open('bad.tar', 'w')
        i = tarfile.TarInfo('../../../../../..' + '%s'); i.size = 1
        t.addfile(i, io.BytesIO(b'x')); t.close()
        """
            .formatted(outside));
    refusedImport(scratch.resolve("bad.tar"), "..");
    assertThat(outside).doesNotExist();
  }

  @Test
  void anArchiveThatWritesThroughALink(@TempDir Path scratch) throws IOException {
    python(
        scratch,
        """
        import tarfile, io
        t = tarfile.open('bad.tar', 'w')
        l = tarfile.TarInfo('way'); l.type = tarfile.SYMTYPE; l.linkname = '%s'; t.addfile(l)
        i = tarfile.TarInfo('way/planted'); i.size = 1
        t.addfile(i, io.BytesIO(b'x')); t.close()
        """
            .formatted(scratch));
    daemon.cli("image", "import", scratch.resolve("bad.tar").toString(), "through-link").run();
    assertThat(scratch.resolve("planted")).doesNotExist();
  }

  @Test
  void anArchiveWithAbsoluteNames(@TempDir Path scratch) throws IOException {
    Path outside = scratch.resolve("planted");
    python(
        scratch,
        """
        import tarfile, io
        t = tarfile.open('bad.tar', 'w')
        i = tarfile.TarInfo('%s'); i.size = 1
        t.addfile(i, io.BytesIO(b'x')); t.close()
        """
            .formatted(outside));
    refusedImport(scratch.resolve("bad.tar"), "absolute");
    assertThat(outside).doesNotExist();
  }

  @Test
  void anArchiveWithDevices(@TempDir Path scratch) {
    Command.sh("cd " + scratch + " && mkdir t && mknod t/disk b 8 0 && tar cf devices.tar -C t .")
        .ok();
    String archive = scratch.resolve("devices.tar").toString();
    refusedImport(scratch.resolve("devices.tar"), "device");
    daemon.cli("image", "import", "--devices", "create", archive, "with-devices").ok();
    daemon.cli("image", "rm", "with-devices").ok();
  }

  @Test
  void aTruncatedArchive(@TempDir Path scratch) {
    Command.sh(
            "cd "
                + scratch
                + " && tar czf whole.tgz -C /usr/share/common-licenses . && head -c 9000 whole.tgz > cut.tgz")
        .ok();
    refusedImport(scratch.resolve("cut.tgz"), "");
    Command.sh("cd " + scratch + " && head -c 100000 /dev/urandom > noise.tar").ok();
    refusedImport(scratch.resolve("noise.tar"), "");
  }

  @Test
  void aSecondDaemonOnTheSameState(@TempDir Path scratch) {
    Command.Result result =
        daemon
            .cli("--run-dir", scratch.toString(), "daemon", "start")
            .within(Duration.ofSeconds(60))
            .run();
    oneSentence(result, daemon.state().toString());
    daemon.cli("ps").ok();
  }

  @Test
  void aSocketThatIsNone(@TempDir Path scratch) throws IOException {
    Path run = Files.createDirectories(scratch.resolve("run"));
    Files.writeString(run.resolve("ctr-enc.sock"), "no socket");
    oneSentence(daemon.cli("ps").with(Map.of("CTR_ENC_RUN", run.toString())).run(), "ctr-enc.sock");
  }

  @Test
  void aMissingRuntime() throws IOException {
    try (TestDaemon other = TestDaemon.start()) {
      other.stop();
      other
          .cli("daemon", "start")
          .with(Map.of("CTR_ENC_RUNTIME", "/no/such/runc"))
          .within(Duration.ofSeconds(60))
          .ok();
      oneSentence(other.cli("run", "--host", "--", "true").run(), "/no/such/runc");
      assertThat(other.cli("ps", "--json").ok()).as("nothing is left").doesNotContain("\"id\"");
    }
  }

  private void refusedImport(Path archive, String word) {
    String before = daemon.cli("image", "ls", "--json").ok();
    oneSentence(daemon.cli("image", "import", archive.toString(), "refused").run(), word);
    assertThat(daemon.cli("image", "ls", "--json").ok()).isEqualTo(before);
    assertThat(daemon.state().resolve("images").toFile().list())
        .as("nothing is left behind")
        .doesNotContain("refused");
  }

  /**
   * Progress may come before it; the error itself is one line that begins with the program's name.
   */
  private static void oneSentence(Command.Result result, String word) {
    assertThat(result.exit()).isNotZero();
    assertThat(result.err()).doesNotContain("Exception", "\tat ", " | ");
    String sentence = result.err().strip().lines().reduce("", (first, last) -> last);
    assertThat(sentence).startsWith("ctr-enc: ").contains(word);
  }

  private static void python(Path directory, String script) throws IOException {
    Path file = Files.writeString(directory.resolve("make.py"), script);
    Command.sh("cd " + directory + " && python3 " + file).ok();
  }
}
