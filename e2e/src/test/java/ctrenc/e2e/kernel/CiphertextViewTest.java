package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Canary;
import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.DebianTree;
import ctrenc.e2e.harness.KeyHunt;
import ctrenc.e2e.harness.Manifest;
import ctrenc.e2e.harness.ProcessMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** GNU tar and rsync save roots from what shows them as they are sealed, without keys. */
@Tag("kernel")
@Timeout(900)
class CiphertextViewTest extends PairCase {

  private static final Duration LONG = Duration.ofMinutes(5);
  private static final String TAR =
      "tar --xattrs --xattrs-include='*' --sparse --format=pax -C %s -cf %s .";

  private static String run(String script, Object... values) {
    return Command.sh(script.formatted(values)).within(LONG).ok();
  }

  private Path view(String reference) {
    return Path.of(here.cli("mount", "--ciphertext", reference).within(LONG).ok().strip());
  }

  private Path directory(String name) throws IOException {
    return Files.createDirectory(scratch.resolve(name));
  }

  /** What makes a file there what it is; a view's own directories are not in an archive. */
  private static List<String> objects(Path tree) throws IOException {
    return Manifest.of(tree).stream().filter(line -> line.contains("objects/")).toList();
  }

  @Test
  void gnuTarSavesTheSameWhileItRunsWhileItIsLockedAndWithoutAKey() throws IOException {
    Path root = worked();
    here.cli("snapshot", "create", "work@now").ok();
    List<String> held = Manifest.of(root);
    run(TAR, view("work@now"), scratch.resolve("running.tar"));
    Files.writeString(root.resolve("later"), "is not in the snapshot");
    here.cli("lock", "work").ok();
    run(TAR, view("work@now"), scratch.resolve("locked.tar"));
    here.stop();
    here.startAgain();
    Path view = view("work@now");
    run(TAR, view, scratch.resolve("keyless.tar"));
    run("cd %s; cmp running.tar locked.tar; cmp running.tar keyless.tar", scratch);

    assertShowsWhatABackupHolds(view, "work@now");
    String restore = pair.shell(there, "restore copy");
    run("%s < %s", restore, scratch.resolve("keyless.tar"));
    assertThat(there.cli("mount", "copy").run().exit()).isEqualTo(5);
    assertThat(there.cli("verify").within(LONG).ok()).doesNotContain("damaged", "missing");
    assertThat(Manifest.of(pair.opened(there, "copy"))).isEqualTo(held);
    here.cli("umount", "--ciphertext", "work").ok();
    assertThat(view.resolve("backup")).doesNotExist();
  }

  /** A root with a small tree, of which much was changed after a rotation. */
  private Path worked() throws IOException {
    Path root = pair.create("work", "--empty");
    run("tar --xattrs -xpf %s -C %s", DebianTree.small(), root);
    here.cli("rotate", "work").ok();
    run(
        "cd %s; mv usr/share/doc documents; rm -r documents/bash; ln etc/issue linked;"
            + " truncate -s 90m holes; head -c 2m /dev/urandom >> holes; mknod null c 1 3;"
            + " ln -s holes link; setfacl -m u:7:rwx etc; chown 7:8 srv; touch -d 2001-02-03 root",
        root);
    return root;
  }

  private void assertShowsWhatABackupHolds(Path view, String snapshot) throws IOException {
    Path backup = directory("backup");
    String archive = pair.shell(here, "backup " + snapshot);
    run("%s | tar --xattrs --delay-directory-restore -xpf - -C %s", archive, backup);
    assertThat(objects(view)).isEqualTo(objects(backup));
    run("cd %s; for i in backup layers/*; do cmp $i %s/$i; done", view, backup);
  }

  @Test
  void aSecondRsyncMovesWhatChangedAlone() throws IOException {
    here.cli("image", "import", DebianTree.small().toString(), "debian").ok();
    Path root = pair.create("work", "debian");
    run(
        "cd %s; mkdir data; for i in $(seq 50); do head -c 100000 /dev/urandom > data/$i; done;"
            + " ln data/1 data/linked; echo x >> etc/bash.bashrc; rm -r usr/share/doc",
        root);
    Path saved = directory("saved");
    String rsync = "rsync -aHX --delete --itemize-changes %s/ %s/";
    Path view = view("work");
    assertThat(run(rsync, view, saved).lines()).hasSizeGreaterThan(50);
    assertThat(run(rsync, view, saved)).isEmpty();
    here.cli("umount", "--ciphertext", "work").ok();
    run("cd %s; echo more >> data/7; mv data/8 data/moved; rm data/9", root);
    List<String> held = Manifest.of(root);
    String changed = "/" + inode(root.resolve("data/7"));
    String moved = "/" + inode(root.resolve("data/moved"));
    here.cli("lock", "work").ok();
    here.stop();
    here.startAgain();
    List<String> sent = sent(run(rsync, view("work"), saved));
    assertThat(sent).contains("backup").hasSize(5);
    assertThat(sent)
        .anyMatch(file -> file.endsWith(changed))
        .anyMatch(file -> file.contains(moved));
    assertRestoredFrom(saved, held);
  }

  /** By an archive that GNU tar makes of it, and by rsync into a directory. */
  private void assertRestoredFrom(Path saved, List<String> held) throws IOException {
    there.cli("image", "import", DebianTree.small().toString(), "debian").ok();
    run(TAR, saved, scratch.resolve("saved.tar"));
    run("%s < %s", pair.shell(there, "restore copy"), scratch.resolve("saved.tar"));
    assertThat(Manifest.of(pair.opened(there, "copy"))).isEqualTo(held);
    there.cli("umount", "copy").ok();
    there.cli("rm", "--snapshots", "copy").ok();
    String at = there.cli("restore", "--begin", "again").ok().strip();
    run("rsync -aX %s/ %s/", saved, at);
    there.cli("restore", "--finish", "again").within(LONG).ok();
    assertThat(Path.of(at)).doesNotExist();
    assertThat(Manifest.of(pair.opened(there, "again"))).isEqualTo(held);
  }

  @Test
  void whatIsNestedIsSavedWithItsRoot() throws IOException {
    Path root = pair.create("work", "--empty");
    run(
        "cd %s; mkdir d .ctr-enc/subvolumes/outer; mkdir outer/.ctr-enc/subvolumes/inner;"
            + " seq 9999 > outer/inner/f; echo gone > d/f; mkdir .ctr-enc/forks/try; rm try/d/f",
        root);
    List<String> held = Manifest.of(root);
    here.cli("lock", "work").ok();
    assertThat(here.cli("mount", "--ciphertext", "work").run().err()).contains("not shown: 3");
    here.cli("umount", "--ciphertext", "work").ok();
    String at = here.cli("mount", "--ciphertext", "--recursive", "work").ok().strip();
    run(TAR, at, scratch.resolve("tree.tar"));
    run("%s < %s", pair.shell(there, "restore copy"), scratch.resolve("tree.tar"));
    assertThat(Manifest.of(pair.opened(there, "copy"))).isEqualTo(held);
    there.cli("umount", "copy").ok();
    there.cli("rm", "--snapshots", "copy").ok();
    run("rsync -aHX %s/ %s/", at, there.cli("restore", "--begin", "again").ok().strip());
    there.cli("restore", "--finish", "again").ok();
    assertThat(Manifest.of(pair.opened(there, "again"))).isEqualTo(held);
  }

  @Test
  void whatIsRestoredIsNoRootUntilItIsWholeAndABadFileIsNamed() throws IOException {
    Path root = pair.create("work", "--empty");
    run("cd %s; mkdir d; seq 100000 > d/numbers; seq 9 > d/few; ln d/few d/linked", root);
    String numbers =
        "objects/1/" + inode(root.resolve("d")) + "/" + inode(root.resolve("d/numbers"));
    List<String> held = Manifest.of(root);
    here.cli("lock", "work").ok();
    run("%s > %s", pair.shell(here, "backup work"), scratch.resolve("work.tar"));
    Path at = Path.of(there.cli("restore", "--begin", "again").ok().strip());
    run("tar --xattrs -xf %s -C %s", scratch.resolve("work.tar"), at);
    there.stop();
    there.startAgain();
    assertThat(there.cli("ps", "--json").ok()).isEqualTo("[]\n");
    assertThat(there.cli("restore", "--begin", "again").ok().strip()).isEqualTo(at.toString());
    run(
        "cd %s; cp -a %s kept; printf x | dd of=%s bs=1 seek=5000 conv=notrunc",
        at, numbers, numbers);
    Files.move(at.resolve("kept"), scratch.resolve("kept"));
    Command.Result refused = there.cli("restore", "--finish", "again").run();
    assertThat(refused.exit()).isEqualTo(10);
    assertThat(refused.err()).contains(numbers);
    assertThat(there.cli("ps", "--json").ok()).isEqualTo("[]\n");
    run("rsync -aX -c %s %s", scratch.resolve("kept"), at.resolve(numbers));
    there.cli("restore", "--finish", "again").ok();
    assertThat(there.cli("mount", "again").run().exit()).isEqualTo(5);
    assertThat(Manifest.of(pair.opened(there, "again"))).isEqualTo(held);
    assertThat(there.cli("restore", "--abandon", "again").run().exit()).isEqualTo(3);
  }

  /** The files with data that rsync says it moved. */
  private static List<String> sent(String itemized) {
    return itemized
        .lines()
        .filter(line -> line.startsWith(">f"))
        .map(line -> line.replaceFirst(".* ", ""))
        .filter(line -> !line.contains("whiteout-"))
        .toList();
  }

  @Test
  void nothingOfAKeyIsNearAndItGoesOnWhenTheRootIsLocked() throws IOException {
    Path root = pair.create("vault", "--empty");
    Canary canary = Canary.fresh();
    canary.fill(root);
    Map<String, byte[]> things = canary.with(KeyHunt.keys(here, "vault"));
    here.cli("snapshot", "create", "vault@s").ok();
    here.cli("lock", "vault").ok();
    here.stop();
    here.startAgain();
    Path at = directory("at");
    here.cli("mount", "--ciphertext", "vault@s", at.toString()).ok();
    run(TAR, at, scratch.resolve("a.tar"));
    assertThat(new ProcessMemory(here.pid()).find(things)).isEmpty();
    assertThat(Command.sh("grep -rc " + canary.text() + " " + at).run().out())
        .doesNotContainPattern(":[1-9]");
    pair.opened(here, "vault");
    here.cli("lock", "vault").ok();
    run(TAR, at, scratch.resolve("b.tar"));
    run("cd %s; cmp a.tar b.tar", scratch);
    assertThat(here.cli("snapshot", "rm", "vault@s").run().exit()).isEqualTo(5);
    assertThat(Command.sh("touch " + at + "/objects/1/new").run().err()).contains("Read-only");
    here.cli("rm", "--snapshots", "vault").ok();
    assertThat(at).isEmptyDirectory();
  }

  private static String inode(Path file) {
    return Command.of("stat", "-c", "%i", file.toString()).ok().strip();
  }
}
