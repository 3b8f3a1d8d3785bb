package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.bytes;
import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static ctrenc.overlay.vfs.FileSystemUser.same;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Layers of a root become one, while it is in use, and nobody notices. */
@Timeout(120)
class FlattenTest extends FlattenCase {

  private Path host() throws IOException {
    Path host = temporary.resolve("host");
    Files.createDirectories(host.resolve("etc/deep"));
    Files.createDirectories(host.resolve("gone"));
    Files.write(host.resolve("large"), pattern(1, 3_000_000));
    Files.writeString(host.resolve("etc/small"), "small");
    Files.writeString(host.resolve("etc/deep/f"), "deep");
    Files.writeString(host.resolve("gone/f"), "gone");
    Files.createLink(host.resolve("etc/second"), host.resolve("etc/small"));
    Files.createSymbolicLink(host.resolve("link"), Path.of("etc/small"));
    Files.setPosixFilePermissions(
        host.resolve("etc/small"), PosixFilePermissions.fromString("rwxr-x--x"));
    return host;
  }

  /** Changes of every kind, over three layers. */
  private void work(UUID root) throws Exception {
    FileSystemUser user = store.user(root);
    user.overwrite("/large", 1_000_000, bytes("first"));
    user.put("/new", pattern(2, 1_500_000));
    user.mkdir("/dir");
    user.put("/dir/a", "a");
    user.symlink("/dir/to", "nowhere");
    user.mknod("/dir/pipe", FileMode.FIFO | 0600, 0);
    user.unlink("/gone/f");
    store.subvolumes().rotate(root);
    user.rmdir("/gone");
    user.mkdir("/gone");
    user.put("/gone/other", "other");
    user.rename("/etc/deep", "/dir/deep");
    user.truncate("/large", 2_000_000);
    user.truncate("/large", 4_000_000);
    user.setxattr("/new", "user.note", bytes("kept"));
    store.subvolumes().rotate(root);
    user.overwrite("/new", 10, bytes("second"));
    user.unlink("/dir/a");
    user.chmod("/etc/second", 0600);
    user.link("/dir/deep/f", "/f");
  }

  private void assertWork(UUID root) throws Exception {
    FileSystemUser user = store.user(root);
    byte[] large = Arrays.copyOf(Arrays.copyOf(pattern(1, 3_000_000), 2_000_000), 4_000_000);
    System.arraycopy(bytes("first"), 0, large, 1_000_000, 5);
    same(user.read("/large"), large);
    byte[] fresh = pattern(2, 1_500_000);
    System.arraycopy(bytes("second"), 0, fresh, 10, 6);
    same(user.read("/new"), fresh);
    assertThat(user.getxattr("/new", "user.note")).isEqualTo(bytes("kept"));
    assertThat(user.list("/")).containsOnlyKeys("large", "new", "dir", "gone", "etc", "link", "f");
    assertThat(user.list("/dir")).containsOnlyKeys("to", "pipe", "deep");
    assertThat(user.list("/dir/deep")).containsOnlyKeys("f");
    assertThat(user.list("/gone")).containsOnlyKeys("other");
    assertThat(user.list("/etc")).containsOnlyKeys("small", "second");
    assertThat(user.text("/f")).isEqualTo("deep");
    assertThat(user.stat("/f").links()).isEqualTo(2);
    assertThat(user.inode("/f")).isEqualTo(user.inode("/dir/deep/f"));
    assertThat(user.stat("/etc/small").mode() & 07777).isEqualTo(0600);
    assertThat(user.inode("/etc/small")).isEqualTo(user.inode("/etc/second"));
    assertThat(user.readlink("/dir/to")).isEqualTo("nowhere");
    assertThat(user.stat("/dir/pipe").mode()).isEqualTo(FileMode.FIFO | 0600);
    assertThat(user.readlink("/link")).isEqualTo("etc/small");
    assertThat(user.text("/gone/other")).isEqualTo("other");
  }

  @Test
  void layersOverAHostTreeBecomeOne() throws Exception {
    UUID root = store.create(new Base.HostTree(host()));
    work(root);
    long inode = store.user(root).inode("/new");
    FlattenInfo info = store.flatten(root, false);
    assertThat(info.reclaimedBytes()).isPositive();
    assertThat(store.children("segments")).hasSizeLessThanOrEqualTo(2);
    assertWork(root);
    assertThat(store.user(root).inode("/new")).isEqualTo(inode);
    assertThat(store.user(root).put("/later", "x")).isGreaterThan(inode);
    store.user(root).unlink("/later");
    store.user(root).fileSystem().close();
    store.restart();
    store.unlock(root);
    assertWork(root);
  }

  @Test
  void withItsBaseARootStandsAlone() throws Exception {
    Path host = host();
    UUID root = store.create(new Base.HostTree(host));
    work(root);
    store.flatten(root, true);
    Files.delete(host.resolve("large"));
    Files.delete(host.resolve("etc/small"));
    Files.delete(host.resolve("etc/second"));
    Files.delete(host.resolve("etc/deep/f"));
    assertWork(root);
    assertThat(store.subvolumes().find("r").orElseThrow().base()).isEqualTo(new Base.Empty());
    store.user(root).fileSystem().close();
    store.restart();
    store.unlock(root);
    assertWork(root);
    assertThat(store.check().layers()).isEqualTo(2);
  }

  @Test
  void aRootThatIsNotOpenIsFlattenedToo() throws Exception {
    UUID root = store.create(new Base.HostTree(host()));
    work(root);
    store.user(root).fileSystem().close();
    store.flatten(root, false);
    assertWork(root);
  }

  @Test
  void aRootThatMadeNothingIsOpenedAgain() throws Exception {
    UUID root = store.create(new Base.HostTree(host()));
    store.flatten(root, false);
    store.user(root).chmod("/large", 0600);
    store.user(root).fileSystem().close();
    store.flatten(root, false);
    store.restart();
    store.unlock(root);
    assertThat(store.user(root).stat("/large").mode() & 07777).isEqualTo(0600);
    assertThat(store.user(root).put("/new", "x")).isGreaterThan(store.user(root).inode("/large"));
  }

  @Test
  void openFilesGoOnAlsoWithoutAName() throws Exception {
    UUID root = store.create(new Base.Empty());
    FileSystemUser user = store.user(root);
    long inode = user.put("/f", pattern(3, 1_200_000));
    long handle = user.open("/f", FileSystemUser.READ);
    user.unlink("/f");
    user.put("/closed", pattern(4, 1_200_000));
    user.unlink("/closed");
    FlattenInfo info = store.flatten(root, false);
    assertThat(info.bytes()).isEqualTo(1_200_000);
    same(user.read(inode, handle, 0, 1_200_000), pattern(3, 1_200_000));
    user.close(inode, handle);
  }

  @Test
  void snapshotsAndForksKeepWhatTheyHold() throws Exception {
    UUID root = store.create(new Base.Empty());
    FileSystemUser user = store.user(root);
    user.put("/f", pattern(5, 400_000));
    UUID snapshot = store.snapshots().create(root, "s").id();
    UUID fork = store.subvolumes().fork(root, "fork", List.of()).id();
    user.overwrite("/f", 0, bytes("changed"));
    FlattenInfo info = store.flatten(root, false);
    assertThat(info.reclaimedBytes()).as("others still hold the old layers").isNegative();
    same(new FileSystemUser(store.snapshots().open(snapshot)).read("/f"), pattern(5, 400_000));
    same(store.user(fork).read("/f"), pattern(5, 400_000));
    assertThat(user.read("/f", 0, 7)).isEqualTo(bytes("changed"));
    store.snapshots().open(snapshot).close();
  }

  @Test
  void whatIsWrittenMeanwhileStaysOnTop() throws Exception {
    UUID root = store.createFull(40);
    FileSystemUser user = store.user(root);
    store.flattens().start(root, false);
    for (int i = 0; i < 40; i++) {
      user.overwrite("/f" + i, 5, bytes("new" + i));
      if (i % 10 == 0) {
        store.subvolumes().rotate(root);
      }
    }
    store.done(root);
    for (int i = 0; i < 40; i++) {
      byte[] expected = pattern(i, 1 << 20);
      byte[] over = bytes("new" + i);
      System.arraycopy(over, 0, expected, 5, over.length);
      same(user.read("/f" + i), expected);
    }
  }
}
