package ctrenc.overlay.union;

import static ctrenc.overlay.vfs.FileSystemUser.WRITE;
import static ctrenc.overlay.vfs.FileSystemUser.bytes;
import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static ctrenc.overlay.vfs.FileSystemUser.refused;
import static ctrenc.overlay.vfs.FileSystemUser.same;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.layer.InodeRecord;
import ctrenc.overlay.vfs.AttributeChange;
import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.FileSystemUser;
import ctrenc.overlay.vfs.Name;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Copy-up by reference: what a first change of a lower inode writes, and what it keeps. */
final class CopyUpTest {

  private static final long HUGE = 10L << 30;

  private final ImageLayer image = new ImageLayer();
  private TestStack stack;
  private OverlayFileSystem fileSystem;
  private FileSystemUser user;

  @BeforeEach
  void open() throws Exception {
    long directory = image.directory(FileSystem.ROOT, "dir");
    long file = image.file(directory, "file", 300_000);
    image.link(file, FileSystem.ROOT, "twin");
    image.file(FileSystem.ROOT, "huge", HUGE);
    image.file(FileSystem.ROOT, "tiny", 100);
    long deep = image.directory(directory, "deep");
    image.file(deep, "leaf", 5000);
    stack = new TestStack().under(image);
    reopen();
  }

  private void reopen() throws Exception {
    fileSystem = stack.open();
    user = new FileSystemUser(fileSystem);
  }

  @AfterEach
  void close() {
    fileSystem.close();
    assertThat(stack.findings()).isEmpty();
  }

  @Test
  void readingWritesNothing() throws Exception {
    int before = stack.upper().batches();
    same(user.read("/dir/file"), ImageLayer.content(0, 300_000));
    same(user.read("/huge", HUGE - 10, 100), ImageLayer.content(HUGE - 10, 10));
    assertThat(user.list("/dir")).containsOnlyKeys("file", "deep");
    assertThat(stack.upper().batches()).isEqualTo(before);
    Attributes attributes = user.stat("/dir/file");
    assertThat(attributes.uid()).isEqualTo(10);
    assertThat(attributes.modified()).isEqualTo(ImageLayer.TIME);
    assertThat(attributes.links()).isEqualTo(2);
    assertThat(attributes.blocks()).isEqualTo((300_000 + 511) / 512);
  }

  @Test
  void aFewBytesIntoAHugeFileCostAFewBytes() throws Exception {
    long before = image.bytesRead();
    user.overwrite("/huge", 5L << 30, pattern(1, 4096));
    assertThat(stack.upper().appendedBytes()).isEqualTo(4096);
    assertThat(stack.upper().appends()).isEqualTo(1);
    assertThat(image.bytesRead()).isEqualTo(before);
    assertThat(user.stat("/huge").size()).isEqualTo(HUGE);
    same(user.read("/huge", (5L << 30) - 5, 5), ImageLayer.content((5L << 30) - 5, 5));
    same(user.read("/huge", 5L << 30, 4096), pattern(1, 4096));
    same(user.read("/huge", (5L << 30) + 4096, 5), ImageLayer.content((5L << 30) + 4096, 5));
  }

  @Test
  void changingAttributesCopiesNoBytes() throws Exception {
    long inode = user.inode("/dir/file");
    user.chmod("/dir/file", 0600);
    user.chown("/dir/file", 1, 2);
    user.setxattr("/dir/file", "user.x", bytes("y"));
    assertThat(stack.upper().appends()).isZero();
    fileSystem.close();
    reopen();
    assertThat(user.inode("/dir/file")).isEqualTo(inode);
    assertThat(user.stat("/twin").mode() & 0777).isEqualTo(0600);
    assertThat(user.stat("/twin").born()).isEqualTo(ImageLayer.TIME);
    assertThat(user.getxattr("/twin", "user.x")).isEqualTo(bytes("y"));
    same(user.read("/twin"), ImageLayer.content(0, 300_000));
  }

  @Test
  void hardLinksSurvive() throws Exception {
    user.overwrite("/twin", 1000, bytes("changed"));
    byte[] expected = ImageLayer.content(0, 300_000);
    System.arraycopy(bytes("changed"), 0, expected, 1000, 7);
    same(user.read("/dir/file"), expected);
    user.link("/twin", "/third");
    assertThat(user.stat("/dir/file").links()).isEqualTo(3);
    user.unlink("/dir/file");
    assertThat(user.stat("/third").links()).isEqualTo(2);
    fileSystem.close();
    reopen();
    same(user.read("/third"), expected);
    assertThat(user.inode("/third")).isEqualTo(user.inode("/twin"));
    assertThat(user.exists("/dir/file")).isFalse();
  }

  @Test
  void aHandleFromBeforeSeesLaterWrites() throws Exception {
    long inode = user.inode("/dir/file");
    long reader = user.open("/dir/file", FileSystemUser.READ);
    same(user.read(inode, reader, 0, 3), ImageLayer.content(0, 3));
    user.overwrite("/dir/file", 0, bytes("new"));
    same(user.read(inode, reader, 0, 4), new byte[] {'n', 'e', 'w', ImageLayer.at(3)});
    user.close(inode, reader);
  }

  @Test
  void cutLowerBytesNeverComeBack() throws Exception {
    user.truncate("/dir/file", 1000);
    user.truncate("/dir/file", 5000);
    same(user.read("/dir/file"), Arrays.copyOf(ImageLayer.content(0, 1000), 5000));
    user.put("/twin", "");
    user.truncate("/twin", 10);
    same(user.read("/dir/file"), new byte[10]);
    user.truncate("/tiny", 50);
    user.truncate("/tiny", 100);
    same(user.read("/tiny"), Arrays.copyOf(ImageLayer.content(0, 50), 100));
  }

  @Test
  void punchedRangesHideTheLower() throws Exception {
    long inode = user.inode("/dir/file");
    long handle = user.open("/dir/file", WRITE);
    fileSystem.fallocate(inode, handle, 10_000, 50_000, 3);
    byte[] expected = ImageLayer.content(0, 300_000);
    Arrays.fill(expected, 10_000, 60_000, (byte) 0);
    same(user.read("/dir/file"), expected);
    assertThat(fileSystem.lseek(inode, handle, 0, 4)).isEqualTo(10_000);
    assertThat(fileSystem.lseek(inode, handle, 10_000, 3)).isEqualTo(60_000);
    user.write(inode, handle, 20_000, pattern(3, 10));
    System.arraycopy(pattern(3, 10), 0, expected, 20_000, 10);
    user.close(inode, handle);
    same(user.read("/dir/file"), expected);
    assertThat(stack.upper().appendedBytes()).isEqualTo(10);
  }

  @Test
  void lowerBytesAreCopiedBetweenFiles() throws Exception {
    user.put("/copy", "");
    user.copy("/dir/file", 0, "/copy", 0, 300_000);
    same(user.read("/copy"), ImageLayer.content(0, 300_000));
  }

  @Test
  void aLowerDirectoryMovesInOneBatch() throws Exception {
    long inode = user.inode("/dir");
    user.mkdir("/to");
    int before = stack.upper().batches();
    user.rename("/dir", "/to/moved");
    assertThat(stack.upper().batches()).isEqualTo(before + 1);
    assertThat(stack.upper().appends()).isZero();
    assertThat(user.inode("/to/moved")).isEqualTo(inode);
    same(user.read("/to/moved/deep/leaf"), ImageLayer.content(0, 5000));
    assertThat(user.list("/to/moved")).containsOnlyKeys("file", "deep");
    assertThat(user.exists("/dir")).isFalse();
    user.mkdir("/dir");
    assertThat(user.list("/dir")).isEmpty();
    fileSystem.close();
    reopen();
    same(user.read("/to/moved/deep/leaf"), ImageLayer.content(0, 5000));
    Attributes above = fileSystem.lookup(Caller.ROOT, inode, Name.DOT_DOT);
    assertThat(above.inode()).isEqualTo(user.inode("/to"));
    assertThat(user.list("/dir")).isEmpty();
  }

  @Test
  void whiteoutsAreLeftOnlyWhereALowerHasTheName() throws Exception {
    user.put("/mine", "x");
    user.unlink("/mine");
    assertThat(stack.upper().entry(FileSystem.ROOT, Name.of("mine"))).isEmpty();
    user.unlink("/tiny");
    assertThat(stack.upper().entry(FileSystem.ROOT, Name.of("tiny"))).isPresent();
    assertThat(user.exists("/tiny")).isFalse();
    assertThat(user.list("/")).doesNotContainKey("tiny");
    user.put("/tiny", "mine");
    assertThat(user.text("/tiny")).isEqualTo("mine");
    user.rename("/tiny", "/other");
    assertThat(user.exists("/tiny")).isFalse();
  }

  @Test
  void aRemovedLowerDirectoryLeavesNothingBehind() throws Exception {
    long dir = user.inode("/dir");
    long deep = user.inode("/dir/deep");
    refused(Errno.ENOTEMPTY, () -> user.rmdir("/dir"));
    user.unlink("/dir/deep/leaf");
    user.rmdir("/dir/deep");
    user.unlink("/dir/file");
    user.rmdir("/dir");
    assertThat(stack.upper().entry(deep, Name.of("leaf"))).isEmpty();
    assertThat(stack.upper().entry(dir, Name.of("file"))).isEmpty();
    assertThat(stack.upper().inode(dir).map(InodeRecord::links)).contains(0);
    refused(Errno.ESTALE, () -> fileSystem.lookup(Caller.ROOT, dir, Name.DOT));
    refused(Errno.ESTALE, () -> fileSystem.lookup(Caller.ROOT, deep, Name.DOT));
    user.mkdir("/dir");
    assertThat(user.list("/dir")).isEmpty();
    same(user.read("/twin"), ImageLayer.content(0, 300_000));
  }

  @Test
  void aDeletedLowerFileIsReadWhileItIsOpenAndNeverAgain() throws Exception {
    long inode = user.inode("/tiny");
    long handle = user.open("/tiny", WRITE);
    user.unlink("/tiny");
    same(user.read(inode, handle, 0, 100), ImageLayer.content(0, 100));
    user.write(inode, handle, 0, bytes("x"));
    same(user.read(inode, handle, 0, 1), bytes("x"));
    user.close(inode, handle);
    refused(Errno.ESTALE, () -> fileSystem.lookup(Caller.ROOT, inode, Name.DOT));
    fileSystem.close();
    reopen();
    refused(Errno.ESTALE, () -> fileSystem.lookup(Caller.ROOT, inode, Name.DOT));
  }

  @Test
  void aChangedHostFileIsStaleOnceAndThenAnError() throws Exception {
    image.changeHostFiles();
    refused(Errno.ESTALE, () -> user.read("/tiny"));
    assertThat(user.stat("/tiny").size()).isEqualTo(100);
    long inode = user.inode("/tiny");
    long handle = user.open("/tiny", WRITE);
    refused(Errno.ESTALE, () -> user.read(inode, handle, 0, 1));
    refused(Errno.EIO, () -> user.read(inode, handle, 0, 1));
    user.put("/tiny", "whole");
    assertThat(user.text("/tiny")).isEqualTo("whole");
    user.close(inode, handle);
  }

  @Test
  void timesOfLowerFilesAreNotMovedByReading() throws Exception {
    user.read("/dir/file");
    user.list("/dir");
    assertThat(user.stat("/dir/file").accessed()).isEqualTo(ImageLayer.TIME);
    user.change("/dir/file", AttributeChange.MODIFIED_NOW, FileSystemUser.values(0, 0, 0, 0));
    user.read("/dir/file");
    assertThat(user.stat("/dir/file").accessed()).isGreaterThan(ImageLayer.TIME);
  }
}
