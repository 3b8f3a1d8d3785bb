package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is in nested subvolumes besides what was written to them: images, and their past. */
@Tag("kernel")
@Timeout(300)
class NestedContentTest extends DaemonCase {

  private static final String AS_ALICE =
      """
      mkdir /nest && chown 1000:1000 /nest
      exec setpriv --reuid 1000 --regid 1000 --clear-groups sh -ec '
      cd /nest
      %s'
      """;

  @Test
  void anImageIsNestedByItsName() throws IOException {
    Path tree = Files.createTempDirectory("ctr-enc-e2e-image");
    Files.createDirectories(tree.resolve("d"));
    Files.writeString(tree.resolve("d/f"), "of the image");
    daemon.cli("image", "import", tree.toString(), "small").ok();
    Command.of("rm", "-r", tree.toString()).ok();
    String script =
        """
        test -z "$(ls .ctr-enc/images)"
        mkdir .ctr-enc/images/small/n
        cat n/d/f && stat -c " %u:%g" n && echo mine > n/new && ls -A n | xargs
        ! mkdir .ctr-enc/images/other/m 2> /dev/null
        mkdir n/.ctr-enc/images/small/inner && cat n/inner/d/f && echo && cat n/inner/new 2>&1 | grep -c "No such"
        (grep "^key " .ctr-enc/info; grep "^key " n/.ctr-enc/info; grep "^key " n/inner/.ctr-enc/info) | sort -u | wc -l
        rmdir .ctr-enc/images/small/n && ls
        """;
    assertThat(
            daemon.cli("run", "--host", "--", "sh", "-ec", AS_ALICE.formatted(script)).ok().lines())
        .containsExactly("of the image 1000:1000", "d new", "of the image", "1", "3");
    Path root = daemon.create("--empty", "r");
    Files.createDirectory(root.resolve(".ctr-enc/images/small/n"));
    assertThat(daemon.cli("image", "rm", "small").run().exit()).as("in use").isEqualTo(5);
    assertThat(root.resolve("n/d/f")).hasContent("of the image");
    Files.delete(root.resolve(".ctr-enc/images/small/n"));
    daemon.cli("image", "rm", "small").ok();
  }

  /** What is locked, mounted and removed on the host is read through the hidden directory. */
  @Test
  void snapshotsAreReadFromInside() throws Exception {
    Path root = daemon.create("--empty", "--keep", "r");
    Path nested = nest(root, "n");
    String id = idOf(nested);
    Files.writeString(root.resolve("f"), "before");
    Files.writeString(nested.resolve("f"), "before");
    daemon.cli("snapshot", "create", "--recursive", "r@s").ok();
    Files.writeString(nested.resolve("f"), "after");
    Path inside = nested.resolve(".ctr-enc/snapshots/s");
    Path whole = root.resolve(".ctr-enc/snapshots/s");
    assertThat(inside.resolve("f")).hasContent("before");
    assertThat(whole.resolve("n/f")).hasContent("before");
    isLockedWithItsSnapshots(id, inside, whole);
    daemon.mount("r@s");
    assertThat(daemon.cli("snapshot", "rm", "r@s").run().exit()).isEqualTo(5);
    daemon.cli("umount", "r@s").ok();
    assertThat(whole.resolve("f")).as("nobody was put out").hasContent("before");
    daemon.cli("snapshot", "rm", "r@s").ok();
    assertThat(whole).doesNotExist();
    assertThat(inside).doesNotExist();
  }

  private void isLockedWithItsSnapshots(String id, Path inside, Path whole) throws Exception {
    Process holder = new ProcessBuilder("sleep", "600").directory(inside.toFile()).start();
    try {
      assertThat(daemon.cli("lock", "--subvolume", id, "r").run().err())
          .contains(holder.pid() + " (sleep)");
    } finally {
      holder.destroyForcibly().waitFor();
    }
    daemon.cli("lock", "--subvolume", id, "r").ok();
    assertThat(Command.of("cat", whole.resolve("n/f").toString()).run().err())
        .contains("Required key not available");
    daemon.cli("unlock", "--subvolume", id, "r").ok();
    assertThat(inside.resolve("f")).hasContent("before");
  }
}
