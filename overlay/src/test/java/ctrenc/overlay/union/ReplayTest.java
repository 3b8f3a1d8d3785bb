package ctrenc.overlay.union;

import static ctrenc.overlay.vfs.FileSystemUser.WRITE;
import static ctrenc.overlay.vfs.FileSystemUser.name;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.CreatedFile;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.FileSystemUser;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A request that was carried out, and comes again, is answered and not carried out twice. */
final class ReplayTest {

  private static final Caller AGAIN = new Caller(0, 0, 1, true);
  private static final long ROOT = FileSystem.ROOT;

  private final DyingFileSystem dying = new DyingFileSystem();
  private OverlayFileSystem fileSystem;
  private FileSystemUser user;

  ReplayTest() throws Exception {}

  @BeforeEach
  void open() {
    fileSystem = dying.fileSystem();
    user = new FileSystemUser(fileSystem);
  }

  private void die() throws Exception {
    dying.die();
    open();
  }

  @AfterEach
  void close() throws IOException {
    dying.close();
  }

  @Test
  void whatWasMadeIsNotMadeTwice() throws Exception {
    Name file = Name.of("file");
    Name directory = Name.of("directory");
    CreatedFile first = fileSystem.create(Caller.ROOT, ROOT, file, 0644, 0, WRITE);
    Attributes made = fileSystem.mkdir(Caller.ROOT, ROOT, directory, 0755, 0);
    Attributes linked =
        fileSystem.link(Caller.ROOT, first.attributes().inode(), ROOT, Name.of("hard"));
    die();
    CreatedFile second = fileSystem.create(AGAIN, ROOT, file, 0644, 0, WRITE);
    assertThat(second.attributes().inode()).isEqualTo(first.attributes().inode());
    assertThat(fileSystem.mkdir(AGAIN, ROOT, directory, 0755, 0).inode()).isEqualTo(made.inode());
    assertThat(fileSystem.link(AGAIN, first.attributes().inode(), ROOT, Name.of("hard")).links())
        .isEqualTo(linked.links());
    FileSystemUser.refused(
        Errno.EEXIST, () -> fileSystem.mkdir(Caller.ROOT, ROOT, directory, 0755, 0));
    assertThat(fileSystem.mkdir(AGAIN, ROOT, Name.of("new"), 0755, 0).inode())
        .as("what was not done yet is done")
        .isEqualTo(user.inode("/new"));
  }

  @Test
  void whatWasRemovedOrMovedIsNotMissed() throws Exception {
    user.put("/a", "a");
    user.put("/b", "b");
    user.mkdir("/d");
    user.rename("/a", "/moved");
    user.unlink("/b");
    user.rmdir("/d");
    die();
    fileSystem.rename(AGAIN, ROOT, Name.of("a"), ROOT, Name.of("moved"), 0);
    fileSystem.unlink(AGAIN, ROOT, Name.of("b"));
    fileSystem.rmdir(AGAIN, ROOT, Name.of("d"));
    assertThat(user.text("/moved")).isEqualTo("a");
    FileSystemUser.refused(Errno.ENOENT, () -> fileSystem.unlink(Caller.ROOT, ROOT, Name.of("b")));
    FileSystemUser.refused(
        Errno.ENOENT,
        () -> fileSystem.rename(AGAIN, ROOT, Name.of("absent"), ROOT, Name.of("nowhere"), 0));
  }

  @Test
  void exchangeIsNotUndone() throws Exception {
    user.put("/a", "a");
    user.put("/b", "b");
    user.rename("/a", "/b", FileSystem.RENAME_EXCHANGE);
    die();
    fileSystem.rename(AGAIN, ROOT, Name.of("a"), ROOT, Name.of("b"), FileSystem.RENAME_EXCHANGE);
    assertThat(user.text("/a") + user.text("/b")).isEqualTo("ba");
    user.put("/c", "c");
    fileSystem.rename(AGAIN, ROOT, Name.of("c"), ROOT, Name.of("b"), FileSystem.RENAME_EXCHANGE);
    assertThat(user.text("/b") + user.text("/c")).as("not done before").isEqualTo("ca");
  }

  @Test
  void deviceThatAMoveLeftIsNotMoved() throws Exception {
    user.put("/a", "a");
    user.rename("/a", "/b", FileSystem.RENAME_WHITEOUT);
    die();
    fileSystem.rename(AGAIN, ROOT, Name.of("a"), ROOT, Name.of("b"), FileSystem.RENAME_WHITEOUT);
    assertThat(user.text("/b")).isEqualTo("a");
    assertThat(user.stat("/a").mode() & FileMode.TYPE).isEqualTo(FileMode.CHARACTER_DEVICE);
  }

  @Test
  void attributesAreSetOrRemovedOnce() throws Exception {
    long inode = user.put("/f", "");
    Name name = Name.of("user.x");
    fileSystem.setxattr(Caller.ROOT, inode, name, new byte[] {1}, 1, false);
    die();
    fileSystem.setxattr(AGAIN, inode, name, new byte[] {1}, 1, false);
    fileSystem.removexattr(Caller.ROOT, inode, name);
    fileSystem.removexattr(AGAIN, inode, name);
    FileSystemUser.refused(Errno.ENODATA, () -> fileSystem.getxattr(inode, name));
  }
}
