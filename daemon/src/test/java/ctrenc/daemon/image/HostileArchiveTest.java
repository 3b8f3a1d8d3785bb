package ctrenc.daemon.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.daemon.fake.Trees;
import ctrenc.daemon.refusal.RefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What an archive may not do: reach anything outside its tree, fill the disk, or be unpacked in
 * part. Each refusal is one sentence, and leaves nothing.
 */
class HostileArchiveTest {

  @TempDir Path home;

  private ImportTestbed bed;

  @BeforeEach
  void make() throws Exception {
    bed = new ImportTestbed(home, 0);
  }

  @Test
  void refusesNamesThatLeaveTheTree() throws Exception {
    bed.assertRefused(new TarMaker().file("../evil", "x").end(), "\"..\"");
    bed.assertRefused(new TarMaker().file("a/../../evil", "x").end(), "\"..\"");
    bed.assertRefused(new TarMaker().file("/evil", "x").end(), "absolute");
    bed.assertRefused(
        new TarMaker().pax("path", TarMaker.bytes("../evil")).file("good", "x").end(), "\"..\"");
    bed.assertRefused(
        new TarMaker().pax("path", new byte[] {'a', 0, 'b'}).file("good", "x").end(), "zero byte");
    bed.assertRefused(
        new TarMaker().pax("path", new byte[5000]).file("good", "x").end(), "longer than");
  }

  @Test
  void refusesOwnersThatWouldBecomeAnother() throws Exception {
    for (String owner : new String[] {"-1", "4294967295", "4294967296", "1099511627776"}) {
      for (String key : new String[] {"uid", "gid"}) {
        bed.assertRefused(
            new TarMaker().pax(key, TarMaker.bytes(owner)).file("f", "x").end(),
            "the owner " + owner);
      }
    }
  }

  @Test
  void refusesMembersBelowSymbolicLinks() throws Exception {
    Path outside = Files.createDirectory(home.resolve("outside"));
    bed.assertRefused(
        new TarMaker().symlink("out", outside.toString()).file("out/evil", "x").end(),
        "below a symbolic link");
    bed.assertRefused(
        new TarMaker().directory("in", 0755).symlink("l", "in").file("l/x/y", "x").end(),
        "below a symbolic link");
    bed.assertRefused(
        new TarMaker().symlink("out", outside.toString()).directory("out/sub", 0755).end(),
        "below a symbolic link");
    bed.assertRefused(new TarMaker().file("f", "x").file("f/g", "x").end(), "no directory");
    assertThat(outside).isEmptyDirectory();
  }

  @Test
  void refusesHardLinksToAnythingElse() throws Exception {
    Path outside = Files.writeString(home.resolve("outside"), "x");
    bed.assertRefused(new TarMaker().hardLink("l", outside.toString()).end(), "absolute");
    bed.assertRefused(new TarMaker().hardLink("l", "../../outside").end(), "\"..\"");
    bed.assertRefused(new TarMaker().hardLink("l", "nothing").end(), "hard link");
    bed.assertRefused(
        new TarMaker().symlink("s", home.toString()).hardLink("l", "s/outside").end(), "hard link");
    bed.assertRefused(new TarMaker().directory("d", 0755).hardLink("l", "d").end(), "hard link");
    assertThat(Files.getAttribute(outside, "unix:nlink")).isEqualTo(1);
  }

  @Test
  void refusesDevicesUnlessAsked() throws Exception {
    bed.assertRefused(new TarMaker().device("dev/sda", 8, 0).end(), "device node");
  }

  @Test
  void refusesWhatIsNoArchive() throws Exception {
    bed.assertRefused(new byte[0], "empty");
    bed.assertRefused(new byte[100], "cut off");
    byte[] noise = new byte[4096];
    new Random(1).nextBytes(noise);
    bed.assertRefused(noise, "no tar archive");
    bed.assertRefused(ImportTestbed.gzip(noise), "no tar archive");
    bed.assertRefused(TarMaker.bytes("BZh91AY&SY and so on"), "bzip2");
  }

  @Test
  void refusesArchivesThatAreCutOffAnywhere() throws Exception {
    byte[] plain =
        new TarMaker().directory("d", 0755).file("d/f", "x".repeat(3000)).file("g", "y").end();
    byte[] gzip = ImportTestbed.gzip(plain);
    byte[] zstd = ImportTestbed.zstd(plain);
    for (int cut = 0; cut < plain.length - 1024; cut += 256) {
      bed.assertRefused(Arrays.copyOf(plain, cut), "");
    }
    for (int cut = 3; cut < gzip.length; cut += 7) {
      bed.assertRefused(Arrays.copyOf(gzip, cut), "");
    }
    for (int cut = 5; cut < zstd.length; cut += 7) {
      bed.assertRefused(Arrays.copyOf(zstd, cut), "");
    }
  }

  @Test
  void refusesAGzipArchiveWhoseBytesChanged() throws Exception {
    byte[] gzip = ImportTestbed.gzip(new TarMaker().file("f", "content of a file").end());
    gzip[gzip.length - 5] ^= 1; // In the checksum of the whole.
    bed.assertRefused(gzip, "damaged");
  }

  @Test
  void refusesForgedNumbers() throws Exception {
    bed.assertRefused(
        new TarMaker().pax("size", TarMaker.bytes("-5")).file("f", "x").end(), "negative");
    bed.assertRefused(
        new TarMaker().pax("size", TarMaker.bytes("soon")).file("f", "x").end(), "no number");
    bed.assertRefused(
        new TarMaker().pax("mtime", TarMaker.bytes("1e999999999")).file("f", "x").end(), "no time");
    bed.assertRefused(
        new TarMaker().header(TarMaker.bytes("x"), 'x', 0, new byte[0], 1L << 32, 0, 0).end(),
        "extended header");
    bed.assertRefused(
        new TarMaker()
            .pax("GNU.sparse.map", TarMaker.bytes("0,9223372036854775807,1,1"))
            .file("f", "x")
            .end(),
        "damaged");
  }

  @Test
  void stopsBeforeTheDiskIsFull() throws Exception {
    ImportTestbed poor = new ImportTestbed(home.resolve("poor"), Long.MAX_VALUE);
    byte[] bomb =
        ImportTestbed.gzip(new TarMaker().file(new byte[] {'f'}, 0644, new byte[1 << 20]).end());
    assertThatThrownBy(() -> poor.importArchive(bomb))
        .isInstanceOfSatisfying(
            RefusedException.class,
            e -> assertThat(e.kind()).isEqualTo(RefusedException.Kind.FULL));
    poor.assertNothingLeft();
  }

  @Test
  void keepsEveryMutatedArchiveInsideItsTree() throws Exception {
    byte[] sound =
        new TarMaker()
            .directory("d", 0755)
            .pax("SCHILY.xattr.user.x", new byte[] {1, 2})
            .file("d/f", "some content")
            .symlink("d/s", "../..")
            .hardLink("h", "d/f")
            .pax("path", TarMaker.bytes("d/long"))
            .file("short", "more")
            .end();
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Path canary = Files.writeString(home.resolve("canary"), "untouched");
    for (int round = 0; round < 500; round++) {
      byte[] mutated = sound.clone();
      for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
        int at = random.nextInt(mutated.length);
        mutated[at] = (byte) random.nextInt(256);
        repairChecksum(mutated, at / 512 * 512);
      }
      try {
        bed.images.remove(bed.importArchive(mutated));
      } catch (IOException e) {
        assertThat(e).as("seed %d, round %d", seed, round).hasMessageNotContaining("\n");
      }
      assertThat(bed.images.onDisk()).as("seed %d, round %d", seed, round).isEmpty();
    }
    assertThat(canary).hasContent("untouched");
    try (var left = Files.list(home)) {
      assertThat(left.map(path -> path.getFileName().toString()).toList())
          .as("seed %d", seed)
          .containsExactlyInAnyOrder("canary", "store", "configs", "own");
    }
    Trees.remove(home.resolve("store"));
  }

  /** So that a change in a header gets past the first check. */
  private static void repairChecksum(byte[] archive, int header) {
    int sum = 8 * ' ';
    for (int i = 0; i < 512; i++) {
      sum += i >= 148 && i < 156 ? 0 : archive[header + i] & 0xff;
    }
    byte[] digits = TarMaker.bytes("%06o\0 ".formatted(sum));
    System.arraycopy(digits, 0, archive, header + 148, 8);
  }
}
