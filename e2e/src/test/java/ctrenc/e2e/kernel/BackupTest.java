package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Canary;
import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.DebianTree;
import ctrenc.e2e.harness.KeyHunt;
import ctrenc.e2e.harness.Manifest;
import ctrenc.e2e.harness.ProcessMemory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Roots are saved as tar archives of what is sealed, and restored by a daemon without keys. */
@Tag("kernel")
@Timeout(900)
class BackupTest extends PairCase {

  private static final Duration LONG = Duration.ofMinutes(5);

  private Path backup(String name) {
    Path archive = scratch.resolve(name + ".tar");
    Command.sh(pair.shell(here, "backup " + name + " > " + archive)).within(LONG).ok();
    return archive;
  }

  private void restore(String what, Path archive) {
    Command.sh(pair.shell(there, "restore " + what + " < " + archive)).within(LONG).ok();
  }

  @Test
  void gnuTarListsExtractsAndMakesItAnew() throws IOException {
    Path root = pair.create("vault", "--empty");
    Canary canary = Canary.fresh();
    canary.fill(root);
    Command.sh(
            "cd "
                + root
                + "; ln large twin; mkdir -m 1777 d; truncate -s 5g d/holes; echo end >> d/holes")
        .ok();
    Map<String, byte[]> things = canary.with(KeyHunt.keys(here, "vault"));
    List<String> held = Manifest.of(root.resolve(canary.text()));
    String directory = inode(root.resolve(canary.text()));
    here.cli("lock", "vault").ok();
    Path archive = backup("vault");
    assertThat(Files.size(archive)).isLessThan(40 << 20);
    assertThat(Files.readString(archive, StandardCharsets.ISO_8859_1))
        .doesNotContain(canary.text());
    assertThat(Command.of("tar", "-tvf", archive.toString()).ok())
        .contains("objects/1/" + directory + "/", " link to objects/1/");

    restore("vault", anew(archive));
    assertThat(new ProcessMemory(there.pid()).find(things)).isEmpty();
    Path restored = pair.opened(there, "vault");
    assertThat(Manifest.of(restored.resolve(canary.text()))).isEqualTo(held);
    assertThat(Manifest.of(restored)).isEqualTo(Manifest.of(pair.opened(here, "vault")));
  }

  /** What GNU tar makes of what it extracted. */
  private Path anew(Path archive) throws IOException {
    Path again = scratch.resolve("again.tar");
    Path tree = Files.createDirectory(scratch.resolve("tree"));
    Command.sh(
            "cd %s; tar --xattrs -xf %s; getfattr -n user.ctr-enc objects/1 > %s/attribute; tar --xattrs --format=pax -cf %s objects layers backup"
                .formatted(tree, archive, scratch, again))
        .ok();
    return again;
  }

  /** On an image, which the other daemon has to have; a changed file of it is picked. */
  @Test
  void aRootOnAnImageIsRestoredAndSoIsAPartThatGnuTarMade() throws IOException {
    here.cli("image", "import", DebianTree.small().toString(), "debian").ok();
    Path root = pair.create("work", "debian");
    Command.sh("cd " + root + "; echo x >> etc/bash.bashrc; rm -r usr/share/doc; mkdir new").ok();
    List<String> held = Manifest.of(root);
    Path file = root.resolve("etc/bash.bashrc");
    List<String> ofFile = Files.readAllLines(file);
    String place = "objects/1/" + inode(root.resolve("etc")) + "/" + inode(file);
    here.cli("lock", "work").ok();
    Path archive = backup("work");
    refused("restore none", archive, "stands on the image debian");
    there.cli("image", "import", DebianTree.small().toString(), "debian").ok();

    Path part = scratch.resolve("part.tar");
    Path tree = Files.createDirectory(scratch.resolve("tree"));
    Command.sh(
            "cd %s; tar --xattrs -xf %s --wildcards backup 'layers/*' %s; tar --xattrs --format=pax -cf %s ."
                .formatted(tree, archive, place, part))
        .ok();
    refused("restore none", part, "does not hold all");
    restore("--part part", part);
    Path restored = pair.opened(there, "part");
    assertThat(restored.resolve("etc/bash.bashrc")).hasContent(String.join("\n", ofFile));
    assertThat(restored.resolve("new")).doesNotExist();
    there.cli("umount", "part").ok();
    there.cli("rm", "--snapshots", "part").ok();
    restore("copy", archive);
    assertThat(Manifest.of(pair.opened(there, "copy"))).isEqualTo(held);
  }

  @Test
  void aFileIsPickedByItsInodeNumber() throws IOException {
    Path root = pair.create("r", "--empty");
    Command.sh(
            "cd " + root + "; mkdir -p a/b; seq 300000 > a/b/numbers; seq 9 > a/other; seq 5 > c")
        .ok();
    String place = "1/" + inode(root.resolve("a")) + "/" + inode(root.resolve("a/b"));
    List<String> held = Manifest.of(root.resolve("a/b"));
    here.cli("lock", "r").ok();
    Path archive = backup("r");
    restore("--only " + place + " part", archive);
    Path part = pair.opened(there, "part");
    assertThat(Manifest.of(part.resolve("a/b"))).isEqualTo(held);
    assertThat(part.resolve("a/other")).doesNotExist();
    assertThat(part.resolve("c")).doesNotExist();
    refused("restore --only 1/77777 none", archive, "1/77777");

    Path bad = scratch.resolve("bad.tar");
    Command.sh("head -c 1000000 " + archive + " > " + bad).ok();
    refused("restore none", bad, "cut or damaged");
    assertThat(there.cli("ps", "--json").ok()).doesNotContain("none");
  }

  @Test
  void headOfABackupIsDemandedOfWhatIsRestored() throws IOException {
    Path root = pair.create("vault", "--empty");
    Files.writeString(root.resolve("balance"), "1000");
    Path first = scratch.resolve("first.tar");
    String one = head(first);
    Files.writeString(root.resolve("balance"), "0");
    Path second = scratch.resolve("second.tar");
    String two = head(second);
    restore("late", second);
    unlock("late", "--head", one).ok();
    restore("early", first);
    Command.Result refused = unlock("early", "--head", two).run();
    assertThat(refused.exit()).isEqualTo(5);
    assertThat(refused.err()).contains("older than the HEAD");
    unlock("early", "--head", one).ok();
    there.cli("lock", "early").ok();
    unlock("early", "--accept-rollback").ok();
    assertThat(there.mount("early").resolve("balance")).hasContent("1000");
    assertThat(Files.readString(there.state().resolve("audit.log"))).contains("accepted rollback");
  }

  /** Backs the root up while it is in use; the HEAD that is told. */
  private String head(Path archive) {
    Command.Result told = Command.sh(pair.shell(here, "backup vault > " + archive)).run();
    assertThat(told.exit()).as(told.err()).isZero();
    return told.err()
        .lines()
        .filter(line -> line.contains("HEAD of vault@"))
        .map(line -> line.replaceFirst(".*: ", ""))
        .findFirst()
        .orElseThrow();
  }

  private Command unlock(String name, String... demand) {
    List<String> call = new ArrayList<>(List.of("unlock"));
    call.addAll(List.of(demand));
    call.addAll(List.of(name, "--passphrase-file", pair.passphrase()));
    return there.cli(call.toArray(String[]::new));
  }

  private void refused(String call, Path archive, String why) {
    Command.Result refused = Command.sh(pair.shell(there, call + " < " + archive)).run();
    assertThat(refused.exit()).as(refused.err()).isNotZero();
    assertThat(refused.err()).contains(why);
  }

  private static String inode(Path file) {
    return Command.of("stat", "-c", "%i", file.toString()).ok().strip();
  }
}
