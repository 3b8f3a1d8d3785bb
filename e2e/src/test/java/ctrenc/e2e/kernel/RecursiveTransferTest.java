package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.DebianTree;
import ctrenc.e2e.harness.Manifest;
import ctrenc.e2e.harness.TestDaemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Roots go from one daemon to another with all that is nested in them, or in several goes. */
@Tag("kernel")
@Timeout(900)
class RecursiveTransferTest extends PairCase {

  private static final String DEBIAN = "debian";

  /** Also where the receiving daemon was started anew between. */
  @Test
  void whatIsCutGoesOn() throws IOException {
    Path root = pair.create("work", "--empty");
    Command.sh("tar --xattrs -C " + root + " -xf " + DebianTree.small()).ok();
    List<String> held = Manifest.of(root);
    here.cli("lock", "work").ok();
    Path stream = scratch.resolve("stream");
    Command.sh(pair.shell(here, "send work > " + stream)).ok();
    String kept = onlySnapshot();
    long length = Files.size(stream);
    for (int i = 0; i < 3; i++) {
      String part = "head -c " + length / 4 + " " + stream;
      Command.Result cut =
          Command.sh(part + " | " + pair.shell(there, "receive --resumable copy")).run();
      assertThat(cut.exit()).as(cut.err()).isEqualTo(10);
      there.stop();
      there.startAgain();
      String point = onlyPoint();
      assertThat(cut.err()).contains("ctr-enc send --resume " + point);
      String rest = "send --resume " + point + " " + kept + " > " + stream;
      Command.sh(pair.shell(here, rest)).ok();
    }
    assertThat(Files.size(stream)).isLessThan(length * 2 / 3);
    Command.sh(pair.shell(there, "receive copy < " + stream)).ok();
    assertThat(there.cli("receive", "--kept").ok()).isEmpty();
    assertThat(there.cli("ps").run().err()).isEmpty();
    assertThat(there.cli("verify").ok()).doesNotContain("damaged", "missing");
    assertThat(Manifest.of(pair.opened(there, "copy"))).isEqualTo(held);
  }

  /** Where the only stream that was cut goes on. */
  private String onlyPoint() {
    assertThat(there.cli("ps", "--json").ok()).isEqualTo("[]\n");
    assertThat(there.cli("ps").run().err()).contains("parts of 1 cut stream take space");
    return there.cli("receive", "--kept").ok().strip();
  }

  private String onlySnapshot() {
    String row = here.cli("snapshot", "ls").ok().lines().skip(1).findFirst().orElseThrow();
    return row.split("\\s", 2)[0];
  }

  private Path made() throws IOException {
    Path root = pair.create("work", DEBIAN);
    Command.sh(
            "cd "
                + root
                + "; echo first > root/first; mkdir .ctr-enc/forks/try; echo tried > try/etc/tried"
                + "; mkdir -p srv/boxes; mkdir srv/boxes/.ctr-enc/subvolumes/outer"
                + "; mkdir srv/boxes/outer/.ctr-enc/subvolumes/inner"
                + "; cp -a usr/share/perl5 srv/boxes/outer/inner; seq 99999 > srv/boxes/outer/numbers")
        .ok();
    return root;
  }

  /** One of them on the layers of its parent, one in another, all of them locked on both sides. */
  @Test
  void whatIsNestedComesToo() throws IOException {
    for (TestDaemon daemon : List.of(here, there)) {
      daemon.cli("image", "import", DebianTree.small().toString(), DEBIAN).ok();
    }
    Path root = made();
    List<String> first = Manifest.of(root);
    here.cli("lock", "work").ok();
    pair.pipe("send --recursive work", "receive copy");
    String kept = onlySnapshot();
    assertThat(there.cli("mount", "copy").run().exit()).isEqualTo(5);
    assertThat(there.cli("verify").ok()).doesNotContain("damaged", "missing");
    Path copy = pair.opened(there, "copy");
    assertThat(Manifest.of(copy)).isEqualTo(first);
    Files.writeString(copy.resolve("srv/boxes/outer/inner/there"), "written there");

    Path again = pair.opened(here, "work");
    Files.writeString(again.resolve("srv/boxes/outer/inner/late"), "late");
    List<String> second = Manifest.of(again);
    here.cli("lock", "work").ok();
    Path change = scratch.resolve("change");
    Command.sh(pair.shell(here, "send --recursive work --since " + kept + " > " + change)).ok();
    assertThat(Files.size(change)).isLessThan(100_000);
    Command.sh(pair.shell(there, "receive second < " + change)).ok();
    assertThat(Manifest.of(pair.opened(there, "second"))).isEqualTo(second);
  }

  /** All in one stream, by a daemon that never had the key; layers that they share come once. */
  @Test
  void snapshotsComeToo() throws IOException {
    for (TestDaemon daemon : List.of(here, there)) {
      daemon.cli("image", "import", DebianTree.small().toString(), DEBIAN).ok();
    }
    Path root = made();
    here.cli("snapshot", "create", "--recursive", "work@one").ok();
    List<String> first = Manifest.of(root);
    Command.sh("cd " + root + "; rm -r etc; echo second > root/first; rm srv/boxes/outer/numbers")
        .ok();
    here.cli("snapshot", "create", "--recursive", "work@two").ok();
    List<String> second = Manifest.of(root);
    Files.writeString(root.resolve("root/first"), "third");
    List<String> third = Manifest.of(root);
    here.cli("lock", "work").ok();
    pair.pipe("send --recursive --snapshots work", "receive copy");
    assertThat(there.cli("mount", "copy").run().exit()).isEqualTo(5);
    assertThat(there.cli("verify").ok()).doesNotContain("damaged", "missing");
    assertThat(Manifest.of(pair.opened(there, "copy"))).isEqualTo(third);
    assertThat(Manifest.of(there.mount("copy@one"))).isEqualTo(first);
    assertThat(Manifest.of(there.mount("copy@two"))).isEqualTo(second);
    for (String one : List.of("copy@one", "copy@two")) {
      there.cli("umount", one).ok();
    }
  }
}
