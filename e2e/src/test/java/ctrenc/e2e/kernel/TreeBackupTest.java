package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.DebianTree;
import ctrenc.e2e.harness.Manifest;
import ctrenc.e2e.harness.TestDaemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Roots with what is nested in them are saved, whole and by what changed, by daemons without keys.
 */
@Tag("kernel")
@Timeout(900)
class TreeBackupTest extends PairCase {

  private static final Duration LONG = Duration.ofMinutes(5);
  private static final String DEBIAN = "debian";

  @BeforeEach
  void importImages() throws IOException {
    for (TestDaemon daemon : List.of(here, there)) {
      daemon.cli("image", "import", DebianTree.small().toString(), DEBIAN).ok();
    }
  }

  private Path made() {
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

  private Path backup(String what, String file) {
    Path archive = scratch.resolve(file);
    Command.sh(pair.shell(here, "backup --recursive " + what + " > " + archive)).within(LONG).ok();
    return archive;
  }

  private Command.Result restore(String what, Path archive) {
    return Command.sh(pair.shell(there, "restore " + what + " < " + archive)).within(LONG).run();
  }

  /** One of them on the layers of its parent, one in another; GNU tar makes the archive anew. */
  @Test
  void whatIsNestedIsSavedAndRestored() throws IOException {
    Path root = made();
    List<String> held = Manifest.of(root);
    String boxes = inode(root.resolve("srv")) + "/" + inode(root.resolve("srv/boxes"));
    List<String> inBoxes = Manifest.of(root.resolve("srv/boxes"));
    here.cli("lock", "work").ok();
    Path archive = backup("work", "work.tar");
    assertThat(Command.of("tar", "-tf", archive.toString()).ok())
        .contains("/subvolume/description")
        .contains("objects/1/" + boxes + "/");
    Path tree = Files.createDirectory(scratch.resolve("tree"));
    Path again = scratch.resolve("again.tar");
    Command.sh(
            "cd %s; tar --xattrs -xf %s; tar --xattrs --format=pax -cf %s objects layers backup"
                .formatted(tree, archive, again))
        .ok();
    Command.Result came = restore("copy", again);
    assertThat(came.err()).contains("received with 3 nested in it");
    assertThat(there.cli("mount", "copy").run().exit()).isEqualTo(5);
    assertThat(there.cli("verify").ok()).doesNotContain("damaged", "missing");
    assertThat(Manifest.of(pair.opened(there, "copy"))).isEqualTo(held);
    there.cli("umount", "copy").ok();
    there.cli("rm", "--snapshots", "copy").ok();
    assertThat(restore("--only 1/" + boxes + " part", archive).exit()).isZero();
    Path part = pair.opened(there, "part");
    assertThat(Manifest.of(part.resolve("srv/boxes"))).isEqualTo(inBoxes);
    assertThat(part.resolve("root/first")).doesNotExist();
  }

  @Test
  void whatChangedIsSavedAndRestoredInItsOrder() throws IOException {
    Path root = made();
    here.cli("snapshot", "create", "--recursive", "work@one").ok();
    List<String> first = Manifest.of(root);
    Command.sh(
            "cd "
                + root
                + "; rm -r usr/share/doc/bash; echo second > srv/boxes/outer/inner/f; mv root/first root/second")
        .ok();
    here.cli("snapshot", "create", "--recursive", "work@two").ok();
    List<String> second = Manifest.of(root);
    here.cli("lock", "work").ok();
    Path whole = backup("work@one", "one.tar");
    Path change = backup("work@two --since work@one", "two.tar");
    assertThat(Files.size(change)).isLessThan(Files.size(whole) / 3);
    Command.Result early = restore("early", change);
    assertThat(early.exit()).isNotZero();
    assertThat(early.err()).contains("goes on from an earlier snapshot, which is not here");
    assertThat(there.cli("ps", "--json").ok()).isEqualTo("[]\n");
    assertThat(restore("one", whole).exit()).isZero();
    assertThat(restore("two", change).exit()).isZero();
    assertThat(there.cli("verify").ok()).doesNotContain("damaged", "missing");
    assertThat(Manifest.of(pair.opened(there, "one"))).isEqualTo(first);
    there.cli("umount", "one").ok();
    there.cli("rm", "--snapshots", "one").ok();
    assertThat(Manifest.of(pair.opened(there, "two"))).isEqualTo(second);
  }

  private static String inode(Path file) {
    return Command.of("stat", "-c", "%i", file.toString()).ok().strip();
  }
}
