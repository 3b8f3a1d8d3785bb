package ctrenc.overlay.union;

import static ctrenc.overlay.vfs.FileSystemUser.WRITE;
import static ctrenc.overlay.vfs.FileSystemUser.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.FileSystemUser;
import ctrenc.overlay.vfs.HostFile;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which files the kernel may read on the host: those whose bytes are all the image's. */
final class HostFileTest {

  private final ImageLayer image = new ImageLayer();
  private TestStack stack;
  private OverlayFileSystem fileSystem;
  private FileSystemUser user;

  @BeforeEach
  void open() throws Exception {
    long file = image.file(FileSystem.ROOT, "file", 300_000);
    image.link(file, FileSystem.ROOT, "twin");
    image.file(FileSystem.ROOT, "empty", 0);
    image.directory(FileSystem.ROOT, "dir");
    stack = new TestStack().under(image);
    fileSystem = stack.open();
    user = new FileSystemUser(fileSystem);
  }

  @AfterEach
  void close() {
    fileSystem.close();
  }

  private boolean isHostFile(String path) throws ErrnoException, IOException {
    Optional<HostFile> found = fileSystem.hostFile(user.inode(path));
    if (found.isPresent()) {
      try (HostFile file = found.get()) {
        assertThat(file.size()).isEqualTo(user.stat(path).size());
      }
    }
    return found.isPresent();
  }

  @Test
  void filesOfTheImageAre() throws Exception {
    assertThat(isHostFile("/file")).isTrue();
    assertThat(user.inode("/file")).isLessThan(fileSystem.imageCeiling());
  }

  @Test
  void othersAreNot() throws Exception {
    user.put("/mine", "my own");
    assertThat(isHostFile("/mine")).isFalse();
    assertThat(user.inode("/mine")).isGreaterThanOrEqualTo(fileSystem.imageCeiling());
    assertThat(isHostFile("/dir")).isFalse();
    assertThat(isHostFile("/empty")).isFalse();
  }

  @Test
  void attributesDoNotMatter() throws Exception {
    user.chmod("/file", 0600);
    user.chown("/file", 5, 6);
    user.setxattr("/file", "user.note", bytes("x"));
    user.rename("/file", "/dir/moved");
    assertThat(isHostFile("/dir/moved")).isTrue();
  }

  @Test
  void writtenOnesAreNotWhetherSealedOrNot() throws Exception {
    long inode = user.inode("/file");
    long handle = user.open("/file", WRITE);
    user.write(inode, handle, 200_000, bytes("x"));
    assertThat(fileSystem.hostFile(inode)).as("gathered").isEmpty();
    user.close(inode, handle);
    assertThat(fileSystem.hostFile(inode)).as("sealed").isEmpty();
    fileSystem.close();
    fileSystem = stack.open();
    user = new FileSystemUser(fileSystem);
    assertThat(isHostFile("/file")).as("opened again").isFalse();
  }

  @Test
  void resizedOnesAreNot() throws Exception {
    user.truncate("/file", 100);
    assertThat(isHostFile("/file")).isFalse();
    user.truncate("/file", 300_000);
    assertThat(isHostFile("/file")).as("the rest is zeros").isFalse();
  }

  @Test
  void grownOnesAreNot() throws Exception {
    user.truncate("/file", 300_001);
    assertThat(isHostFile("/file")).isFalse();
  }

  @Test
  void filesWithNewNamesAreNotUntilTheseAreGone() throws Exception {
    user.link("/file", "/third");
    assertThat(isHostFile("/file")).isFalse();
    user.unlink("/twin");
    assertThat(isHostFile("/file")).isTrue();
  }

  @Test
  void changedOnesAreNot() throws Exception {
    image.changeHostFiles();
    assertThat(isHostFile("/file")).isFalse();
  }

  @Test
  void frozenLayersBetweenDoNotHideThem() throws Exception {
    user.put("/mine", "frozen");
    fileSystem.close();
    stack.freeze();
    fileSystem = stack.open();
    user = new FileSystemUser(fileSystem);
    assertThat(isHostFile("/file")).isTrue();
    assertThat(isHostFile("/mine")).isFalse();
  }
}
