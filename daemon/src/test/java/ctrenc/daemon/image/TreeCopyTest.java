package ctrenc.daemon.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.daemon.config.OwnPlaces;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.ExtendedAttributes;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.FileStatus;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.proto.v1.DevicePolicy;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory becomes an image with everything that is in it. */
class TreeCopyTest {

  @TempDir Path home;

  @Test
  void copiesContentsHolesLinksTimesAndAttributes() throws Exception {
    Path source = Files.createDirectory(home.resolve("source"));
    Path directory = Files.createDirectories(source.resolve("a/b"));
    Path file = Files.writeString(directory.resolve("file"), "content");
    Files.createLink(source.resolve("same"), file);
    Files.createSymbolicLink(source.resolve("away"), Path.of("/etc/passwd"));
    ExtendedAttributes.at(FileOpener.bytesOf(file))
        .set(TarMaker.bytes("user.x"), new byte[] {0, (byte) 0xff}, 0);
    try (RandomAccessFile sparse = new RandomAccessFile(source.resolve("sparse").toFile(), "rw")) {
      sparse.seek(5_000_000);
      sparse.write(7);
      sparse.setLength(90_000_000);
    }
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("r-x--x---"));
    FileTime time = FileTime.from(Instant.ofEpochSecond(12345, 678_901_234));
    Files.setLastModifiedTime(file, time);
    Files.setLastModifiedTime(directory, time);
    ImportTestbed bed = new ImportTestbed(home.resolve("bed"), 0);
    Path tree = bed.tree(bed.importPath(source));
    assertThat(tree.resolve("a/b/file")).hasContent("content");
    assertThat(Files.getLastModifiedTime(tree.resolve("a/b/file"))).isEqualTo(time);
    assertThat(Files.getLastModifiedTime(tree.resolve("a/b"))).isEqualTo(time);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(tree.resolve("a/b"))))
        .isEqualTo("r-x--x---");
    assertThat(Files.getAttribute(tree.resolve("same"), "unix:ino"))
        .isEqualTo(Files.getAttribute(tree.resolve("a/b/file"), "unix:ino"));
    assertThat(Files.readSymbolicLink(tree.resolve("away"))).isEqualTo(Path.of("/etc/passwd"));
    assertThat(
            ExtendedAttributes.at(FileOpener.bytesOf(tree.resolve("a/b/file")))
                .get(TarMaker.bytes("user.x")))
        .hasValue(new byte[] {0, (byte) 0xff});
    assertThat(Files.mismatch(source.resolve("sparse"), tree.resolve("sparse"))).isEqualTo(-1);
    try (Descriptor sparse = FileOpener.open(tree.resolve("sparse"), OpenFlag.READ_ONLY)) {
      assertThat(FileStatus.of(sparse).blocks() * 512).isLessThan(1_000_000);
    }
    assertThat(Files.exists(tree.resolve("away"), LinkOption.NOFOLLOW_LINKS)).isTrue();
  }

  @Test
  void leavesTheDaemonsOwnDirectoriesOut() throws Exception {
    Path source = Files.createDirectory(home.resolve("source"));
    Path own = Files.createDirectories(source.resolve("var/own"));
    Files.writeString(own.resolve("machine.key"), "secret");
    // The copy goes there while it is read: it would never end.
    Path target = Files.createDirectory(own.resolve("tree"));
    OwnPlaces places = new OwnPlaces(List.of(own));
    try (TreeCopy copy =
        new TreeCopy(
            source, target, DevicePolicy.DEVICE_POLICY_REFUSE, places, 0, ImportTestbed.SILENT)) {
      copy.run();
    }
    assertThat(target.resolve("var/own")).isEmptyDirectory();
    ImportTestbed bed = new ImportTestbed(home.resolve("bed"), 0);
    Path within = Files.createDirectory(bed.own.resolve("within"));
    for (Path refused : List.of(bed.own, within)) {
      assertThatThrownBy(() -> bed.importPath(refused))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("own directory");
    }
    bed.assertNothingLeft();
  }
}
