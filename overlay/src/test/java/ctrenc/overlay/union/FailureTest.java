package ctrenc.overlay.union;

import static ctrenc.overlay.vfs.FileSystemUser.READ;
import static ctrenc.overlay.vfs.FileSystemUser.WRITE;
import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static ctrenc.overlay.vfs.FileSystemUser.refused;
import static ctrenc.overlay.vfs.FileSystemUser.same;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.audit.Finding;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.DiskFullException;
import ctrenc.overlay.storage.KeyAbsentException;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What failures of the store become, and that the filesystem goes on. */
final class FailureTest {

  private final TestStack stack;
  private OverlayFileSystem fileSystem;
  private FileSystemUser user;

  FailureTest() throws Exception {
    stack = new TestStack();
    stack.with(
        new UnionOptions(
            stack.options().disk(),
            8 << 20,
            1 << 20,
            Duration.ofHours(1),
            true,
            false,
            Optional.empty(),
            () -> {}));
  }

  @BeforeEach
  void open() throws Exception {
    fileSystem = stack.open();
    user = new FileSystemUser(fileSystem);
  }

  @AfterEach
  void close() {
    stack.upper().heal();
    fileSystem.close();
  }

  private static IOException full() {
    return new DiskFullException("The disk is full.");
  }

  @Test
  void aFullDiskIsToldAtTheNextFlushOnceAndNothingIsLost() throws Exception {
    long inode = user.put("/f", "");
    long writer = user.open("/f", WRITE);
    long other = user.open("/f", READ);
    user.write(inode, writer, 0, pattern(1, 5000));
    stack.upper().failAppends(FailureTest::full);
    refused(Errno.ENOSPC, () -> fileSystem.flush(inode, writer));
    same(user.read(inode, other, 0, 5000), pattern(1, 5000));
    stack.upper().heal();
    fileSystem.flush(inode, writer);
    refused(Errno.ENOSPC, () -> fileSystem.flush(inode, other));
    fileSystem.fsync(inode, other, false);
    fileSystem.release(inode, writer);
    fileSystem.release(inode, other);
    same(user.read("/f"), pattern(1, 5000));
    stack.afterProcessDeath();
    fileSystem = stack.open();
    same(new FileSystemUser(fileSystem).read("/f"), pattern(1, 5000));
  }

  @Test
  void aWriteThatFindsNoRoomIsRefusedWhole() throws Exception {
    long inode = user.put("/f", "");
    long handle = user.open("/f", WRITE);
    stack.upper().failAppends(FailureTest::full);
    int taken = 0;
    while (taken < 100) {
      byte[] bytes = pattern(taken, 50_000);
      long at = taken * 100_000L;
      try {
        user.write(inode, handle, at, bytes);
        taken++;
      } catch (ErrnoException e) {
        assertThat(e.errno()).isEqualTo(Errno.ENOSPC);
        break;
      }
    }
    assertThat(taken).isBetween(20, 22);
    assertThat(user.stat("/f").size()).isEqualTo((taken - 1) * 100_000L + 50_000);
    refused(Errno.ENOSPC, () -> user.write(inode, handle, 0, pattern(1, 1 << 20)));
    stack.upper().heal();
    same(user.read("/f", 0, 50_000), pattern(0, 50_000));
    user.write(inode, handle, 0, pattern(9, 10));
    refused(Errno.ENOSPC, () -> fileSystem.flush(inode, handle));
    user.close(inode, handle);
    same(user.read("/f", 1_000_000, 50_000), pattern(10, 50_000));
  }

  @Test
  void syncTellsOfWhatCannotBeSealed() throws Exception {
    long inode = user.put("/f", "");
    user.write(inode, 0, 0, pattern(1, 5000));
    stack.upper().failAppends(FailureTest::full);
    refused(Errno.ENOSPC, fileSystem::sync);
    stack.upper().heal();
    fileSystem.sync();
    assertThat(stack.upper().inode(inode).orElseThrow().size()).isEqualTo(5000);
  }

  @Test
  void damageIsAnInputErrorAndEverythingElseGoesOn() throws Exception {
    user.put("/bad", pattern(1, 5000));
    user.put("/good", "small");
    stack.upper().failReads(() -> new DamagedException("Forged."));
    refused(Errno.EIO, () -> user.read("/bad"));
    assertThat(user.text("/good")).isEqualTo("small");
    user.mkdir("/d");
    stack.upper().heal();
    same(user.read("/bad"), pattern(1, 5000));
  }

  @Test
  void aLockedLayerAsksForItsKey() throws Exception {
    user.put("/f", pattern(1, 5000));
    stack.upper().failReads(() -> new KeyAbsentException("Locked."));
    refused(Errno.ENOKEY, () -> user.read("/f"));
  }

  @Test
  void aBugTurnsTheFilesystemReadOnly() throws Exception {
    user.put("/f", pattern(1, 5000));
    stack
        .upper()
        .failReads(
            () -> {
              throw new IllegalStateException("a bug for this test");
            });
    refused(Errno.EIO, () -> user.read("/f"));
    stack.upper().heal();
    refused(Errno.EROFS, () -> user.mkdir("/d"));
    same(user.read("/f"), pattern(1, 5000));
  }

  @Test
  void aNameThatLeadsNowhereIsFoundDamaged() throws Exception {
    ImageLayer image = new ImageLayer();
    image.dangling(FileSystem.ROOT, "nowhere");
    TestStack damaged = new TestStack().under(image);
    try (OverlayFileSystem over = damaged.open()) {
      FileSystemUser there = new FileSystemUser(over);
      refused(Errno.EIO, () -> there.stat("/nowhere"));
      assertThat(damaged.findings())
          .extracting(Finding::kind)
          .containsExactly(Finding.Kind.MISSING);
      there.mkdir("/fine");
    }
  }

  @Test
  void failedBatchesLeaveNoTrace() throws Exception {
    user.mkdir("/d");
    user.put("/d/f", "x");
    stack.upper().failCommits(FailureTest::full);
    refused(Errno.ENOSPC, () -> user.mkdir("/e"));
    refused(Errno.ENOSPC, () -> user.unlink("/d/f"));
    refused(Errno.ENOSPC, () -> user.rename("/d/f", "/g"));
    refused(Errno.ENOSPC, () -> user.chmod("/d/f", 0));
    stack.upper().heal();
    assertThat(user.list("/")).containsOnlyKeys("d");
    assertThat(user.text("/d/f")).isEqualTo("x");
    assertThat(user.stat("/d/f").mode() & 0777).isEqualTo(0644);
    user.rename("/d/f", "/g");
    user.rmdir("/d");
    assertThat(user.list("/")).containsOnlyKeys("g");
  }
}
