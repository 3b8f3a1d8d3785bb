package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.DebianTree;
import ctrenc.e2e.harness.Manifest;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A whole Debian root goes every way that ciphertext goes, by daemons that never saw its key, and
 * is the same at the other end: contents, modes, owners, times, attributes, ACLs, links, holes.
 */
@Tag("kernel")
@Timeout(900)
class WholeRootTest extends PairCase {

  private static final Duration LONG = Duration.ofMinutes(5);
  private static final int REGULAR_FILES = 20_000;

  private static String run(String script, Object... values) {
    return Command.of("bash", "-euo", "pipefail", "-c", script.formatted(values)).within(LONG).ok();
  }

  /** One tree for all ways, because filling it takes longer than any of them. */
  @Test
  void itIsTheSameAtTheEndOfEachWay() throws IOException {
    List<String> held = filled();
    here.stop();
    here.startAgain();

    Path archive = scratch.resolve("archive.tar");
    run("%s > %s", pair.shell(here, "backup work@now"), archive);
    run("%s < %s", pair.shell(there, "restore restored"), archive);
    assertSame("restored", held);

    assertThat(here.cli("compact").within(LONG).ok()).doesNotContain(" 0 files removed");
    assertRepairs(archive);
    Files.delete(archive);
    assertThat(here.cli("verify").within(LONG).ok()).contains(" 0 findings");

    String view = here.cli("mount", "--ciphertext", "work@now").within(LONG).ok().strip();
    String at = there.cli("restore", "--begin", "copied").ok().strip();
    run("rsync -aHAX --numeric-ids %s/ %s/", view, at);
    here.cli("umount", "--ciphertext", "work").ok();
    there.cli("restore", "--finish", "copied").within(LONG).ok();
    assertSame("copied", held);

    pair.pipe("send work@now", "receive received");
    assertSame("received", held);
    assertThat(here.cli("mount", "work").run().exit()).isEqualTo(5);
  }

  /** The root that all ways begin at: of two layers, with dead extents, a snapshot, and locked. */
  private List<String> filled() throws IOException {
    Path root = pair.create("work", "--empty");
    run(
        "tar --xattrs --xattrs-include='*' --acls --numeric-owner -xpf %s -C %s",
        DebianTree.large(), root);
    here.cli("rotate", "work").ok();
    run("sh -eu %s %s", Manifest.resource("work.sh", scratch), root);
    run("cd %s; head -c 60m /dev/urandom > dead; sync dead; rm dead", root);
    List<String> held = Manifest.of(root);
    assertThat(held.stream().filter(line -> line.contains(" sha256=")).count())
        .isGreaterThan(REGULAR_FILES);
    here.cli("snapshot", "create", "work@now").ok();
    here.cli("lock", "work").ok();
    return held;
  }

  /** A byte in the middle of a segment file is flipped, and what it belongs to exchanged. */
  private void assertRepairs(Path archive) throws IOException {
    Path file;
    try (Stream<Path> all = Files.walk(here.state().resolve("segments"))) {
      file = all.filter(one -> one.toString().endsWith(".seg")).max(bySize()).orElseThrow();
    }
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      long at = bytes.length() / 2;
      bytes.seek(at);
      int one = bytes.read();
      bytes.seek(at);
      bytes.write(one ^ 1);
    }
    assertThat(run("%s < %s", pair.shell(here, "repair"), archive)).contains("1 repaired, 0 left");
  }

  private static Comparator<Path> bySize() {
    return Comparator.comparingLong(file -> file.toFile().length());
  }

  /** What came is locked and whole, opens with its passphrase, and goes for what comes next. */
  private void assertSame(String name, List<String> held) throws IOException {
    assertThat(there.cli("mount", name).run().exit()).isEqualTo(5);
    assertThat(there.cli("verify").within(LONG).ok()).contains(" 0 findings");
    assertThat(Manifest.of(pair.opened(there, name))).isEqualTo(held);
    there.cli("umount", name).ok();
    there.cli("rm", "--snapshots", name).ok();
    there.stop();
    there.startAgain();
  }
}
