package ctrenc.daemon.image;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.subvolume.ImageInfo;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.DirectoryReader;
import ctrenc.overlay.sys.ExtendedAttributes;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.proto.v1.DevicePolicy;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A root's archive becomes a tree with everything the archive says. */
class RootArchiveTest {

  @TempDir Path home;

  private ImportTestbed bed;

  @BeforeEach
  void make() throws Exception {
    bed = new ImportTestbed(home, 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "gzip", "zstd"})
  void unpacksContentsModesAndLinks(String compression) throws Exception {
    byte[] plain =
        new TarMaker()
            .directory("./", 0755)
            .directory("etc/", 0750)
            .file("etc/hello", "hello\n")
            .hardLink("etc/hello2", "etc/hello")
            .symlink("link", "etc/hello")
            .file("deep/er/file", "x")
            .fifo("pipe")
            .end();
    byte[] archive =
        switch (compression) {
          case "gzip" -> ImportTestbed.gzip(plain);
          case "zstd" -> ImportTestbed.zstd(plain);
          default -> plain;
        };
    ImageInfo image = bed.importArchive(archive);
    Path tree = bed.tree(image);
    assertThat(tree.resolve("etc/hello")).hasContent("hello\n");
    assertThat(Files.getAttribute(tree.resolve("etc/hello2"), "unix:ino"))
        .isEqualTo(Files.getAttribute(tree.resolve("etc/hello"), "unix:ino"));
    assertThat(Files.readSymbolicLink(tree.resolve("link"))).isEqualTo(Path.of("etc/hello"));
    assertThat(tree.resolve("deep/er/file")).hasContent("x");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(tree.resolve("etc"))))
        .isEqualTo("rwxr-x---");
    Instant billion = Instant.ofEpochSecond(1_000_000_000L);
    for (String path : new String[] {"etc", "etc/hello", "link", "pipe", "."}) {
      assertThat(Files.getLastModifiedTime(tree.resolve(path), LinkOption.NOFOLLOW_LINKS))
          .as(path)
          .isEqualTo(FileTime.from(billion));
    }
  }

  @Test
  void keepsTimesToTheNanosecondAndBefore1970() throws Exception {
    byte[] archive =
        new TarMaker()
            .pax("mtime", TarMaker.bytes("1234567890.123456789"))
            .file("late", "")
            .pax("mtime", TarMaker.bytes("-1.5"))
            .file("early", "")
            .end();
    Path tree = bed.tree(bed.importArchive(archive));
    assertThat(Files.getLastModifiedTime(tree.resolve("late")).toInstant())
        .isEqualTo(Instant.ofEpochSecond(1234567890, 123456789));
    assertThat(Files.getLastModifiedTime(tree.resolve("early")).toInstant())
        .isEqualTo(Instant.ofEpochSecond(-2, 500_000_000));
  }

  @Test
  void keepsNamesThatAreNoText() throws Exception {
    byte[] name = {'a', (byte) 0xff, (byte) 0xfe, 'b'};
    byte[] longName = new byte[250];
    java.util.Arrays.fill(longName, (byte) 0xe4);
    byte[] archive =
        new TarMaker()
            .file(name, 0644, TarMaker.bytes("1"))
            .pax("path", longName)
            .file("short", "2")
            .end();
    Path tree = bed.tree(bed.importArchive(archive));
    try (Descriptor directory = FileOpener.open(tree, OpenFlag.READ_ONLY | OpenFlag.DIRECTORY)) {
      assertThat(DirectoryReader.list(directory).stream().map(e -> e.name()).toList())
          .containsExactlyInAnyOrder(name, longName);
    }
  }

  @Test
  void keepsExtendedAttributesByteForByte() throws Exception {
    byte[] value = {0, (byte) 0x80, (byte) 0xff, '\n', '=', 7};
    byte[] archive =
        new TarMaker()
            .pax("SCHILY.xattr.user.one", value)
            .file("star", "")
            .pax("LIBARCHIVE.xattr.user.t%20wo", TarMaker.bytes("AID/Cj0H"))
            .file("libarchive", "")
            .pax("SCHILY.xattr.com.apple.quarantine", value)
            .file("foreign", "")
            .end();
    Path tree = bed.tree(bed.importArchive(archive));
    assertThat(attribute(tree.resolve("star"), "user.one")).isEqualTo(value);
    assertThat(attribute(tree.resolve("libarchive"), "user.t wo")).isEqualTo(value);
    assertThat(tree.resolve("foreign")).isEmptyFile();
  }

  private static byte[] attribute(Path file, String name) throws Exception {
    return ExtendedAttributes.at(FileOpener.bytesOf(file)).get(TarMaker.bytes(name)).orElseThrow();
  }

  @Test
  void letsLaterMembersReplaceEarlierOnes() throws Exception {
    Path outside = Files.writeString(home.resolve("outside"), "untouched");
    byte[] archive =
        new TarMaker()
            .symlink("a", outside.toString())
            .file("a", "new")
            .file("b", "file")
            .directory("b", 0755)
            .file("b/c", "below")
            .directory("d", 0755)
            .symlink("d", "b")
            .end();
    Path tree = bed.tree(bed.importArchive(archive));
    assertThat(outside).hasContent("untouched");
    assertThat(tree.resolve("a")).isRegularFile().hasContent("new");
    assertThat(tree.resolve("b/c")).hasContent("below");
    assertThat(tree.resolve("d")).isSymbolicLink();
  }

  @Test
  void leavesDevicesOutWhenAsked() throws Exception {
    byte[] archive = new TarMaker().device("null", 1, 3).file("file", "x").end();
    ImageInfo image = bed.importArchive(archive, DevicePolicy.DEVICE_POLICY_SKIP);
    assertThat(bed.tree(image).resolve("null")).doesNotExist();
    assertThat(bed.tree(image).resolve("file")).exists();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--format=gnu",
        "--format=pax --sparse-version=0.0",
        "--format=pax --sparse-version=0.1",
        "--format=pax --sparse-version=1.0"
      })
  void keepsHolesOfEveryFormGnuTarHasWritten(String format) throws Exception {
    Path source = Files.createDirectory(home.resolve("source"));
    Path sparse = source.resolve("sparse");
    try (var file = new java.io.RandomAccessFile(sparse.toFile(), "rw")) {
      for (int i = 0; i < 40; i++) {
        file.seek(i * 1_000_000L);
        file.write(("part " + i).getBytes(java.nio.charset.StandardCharsets.UTF_8));
      }
      file.setLength(50_000_000);
    }
    Files.writeString(source.resolve("after"), "still in step");
    Path archive = home.resolve("archive.tar");
    java.util.List<String> line = new java.util.ArrayList<>(java.util.List.of("tar", "-S"));
    line.addAll(java.util.List.of(format.split(" ")));
    line.addAll(
        java.util.List.of("-cf", archive.toString(), "-C", source.toString(), "sparse", "after"));
    assertThat(new ProcessBuilder(line).inheritIO().start().waitFor()).isZero();
    Path tree = bed.tree(bed.importPath(archive));
    assertThat(Files.mismatch(sparse, tree.resolve("sparse"))).isEqualTo(-1);
    assertThat(tree.resolve("after")).hasContent("still in step");
    try (Descriptor file = FileOpener.open(tree.resolve("sparse"), OpenFlag.READ_ONLY)) {
      assertThat(ctrenc.overlay.sys.FileStatus.of(file).blocks() * 512).isLessThan(10_000_000);
    }
  }
}
