package ctrenc.overlay.union;

import static ctrenc.overlay.vfs.FileSystemUser.WRITE;
import static ctrenc.overlay.vfs.FileSystemUser.name;
import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static ctrenc.overlay.vfs.FileSystemUser.same;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.vfs.AttributeChange;
import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.FileSystemUser;
import ctrenc.overlay.vfs.Name;
import ctrenc.overlay.vfs.Timestamp;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The process dies and another goes on with its memory. What holds: every write that was taken is
 * there, in its order; handles and nameless files live on.
 */
final class RecoveryTest {

  private static final long ROOT = FileSystem.ROOT;
  private static final int MIB = 1 << 20;

  private final DyingFileSystem dying = new DyingFileSystem();
  private OverlayFileSystem fileSystem;
  private FileSystemUser user;

  RecoveryTest() throws Exception {}

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
  void whatWasWrittenIsThere() throws Exception {
    long inode = user.put("/f", pattern(1, 100));
    long handle = user.open("/f", WRITE);
    user.write(inode, handle, 50, pattern(2, 70_000));
    user.write(inode, handle, 3 * MIB, pattern(3, 10));
    die();
    byte[] expected = new byte[3 * MIB + 10];
    System.arraycopy(pattern(1, 100), 0, expected, 0, 100);
    System.arraycopy(pattern(2, 70_000), 0, expected, 50, 70_000);
    System.arraycopy(pattern(3, 10), 0, expected, 3 * MIB, 10);
    same(user.read("/f"), expected);
    user.write(inode, handle, 0, pattern(4, 10));
    user.close(inode, handle);
    System.arraycopy(pattern(4, 10), 0, expected, 0, 10);
    same(user.read("/f"), expected);
    assertThat(dying.memory().log().used()).isZero();
  }

  @Test
  void randomChangesInTheirOrder() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    long inode = user.put("/f", "");
    long handle = user.open("/f", WRITE);
    byte[] model = new byte[0];
    for (int round = 0; round < 400; round++) {
      model = change(random, round, inode, handle, model);
      if (random.nextInt(20) == 0) {
        die();
        same(user.read(inode, handle, 0, model.length + 1), model, "seed " + seed);
      }
    }
  }

  private byte[] change(Random random, int round, long inode, long handle, byte[] model)
      throws Exception {
    int at = random.nextInt(2 * MIB);
    int length = 1 + random.nextInt(random.nextInt(4) == 0 ? 300_000 : 5_000);
    switch (random.nextInt(8)) {
      case 0 -> {
        user.truncate("/f", at);
        return Arrays.copyOf(model, at);
      }
      case 1 -> {
        fileSystem.fallocate(inode, handle, at, length, 3);
        Arrays.fill(
            model, Math.min(at, model.length), Math.min(at + length, model.length), (byte) 0);
        return model;
      }
      case 2 -> {
        at = at / MIB * MIB;
        length = MIB;
      }
      case 3 -> fileSystem.fsync(inode, handle, false);
      default -> {}
    }
    byte[] bytes = pattern(round, length);
    user.write(inode, handle, at, bytes);
    byte[] next = Arrays.copyOf(model, Math.max(model.length, at + length));
    System.arraycopy(bytes, 0, next, at, length);
    return next;
  }

  @Test
  void attributesThatWaitForBytesAreThere() throws Exception {
    long inode = user.put("/f", "");
    long handle = user.open("/f", WRITE);
    user.write(inode, handle, 0, pattern(1, 5000));
    user.chmod("/f", 0600);
    user.chown("/f", 7, 8);
    AttributeChange times =
        new AttributeChange(
            AttributeChange.MODIFIED,
            0,
            0,
            0,
            0,
            Timestamp.EPOCH,
            new Timestamp(1234, 5),
            Timestamp.EPOCH);
    fileSystem.setattr(Caller.ROOT, inode, times);
    fileSystem.setxattr(Caller.ROOT, inode, Name.of("user.x"), new byte[] {3}, 0, false);
    die();
    Attributes found = user.stat("/f");
    assertThat(found.mode() & 07777).isEqualTo(0600);
    assertThat(found.uid()).isEqualTo(7);
    assertThat(found.gid()).isEqualTo(8);
    assertThat(found.size()).isEqualTo(5000);
    assertThat(found.modified()).isEqualTo(new Timestamp(1234, 5));
    assertThat(user.getxattr("/f", "user.x")).containsExactly(3);
    same(user.read("/f"), pattern(1, 5000));
  }

  @Test
  void fullLogSealsAndLosesNothing() throws Exception {
    long inode = user.put("/f", "");
    long handle = user.open("/f", WRITE);
    int piece = 300_000;
    for (int i = 0; i < 400; i++) {
      user.write(inode, handle, (long) i * piece, pattern(i, piece));
    }
    die();
    for (int i = 0; i < 400; i++) {
      same(user.read(inode, handle, (long) i * piece, piece), pattern(i, piece));
    }
  }

  @Test
  void openFilesWithoutANameLiveOn() throws Exception {
    for (int size : new int[] {10, 100_000}) {
      long inode = user.put("/gone", pattern(5, size));
      long handle = user.open("/gone", WRITE);
      Attributes known = fileSystem.lookup(Caller.ROOT, ROOT, name("/gone"));
      user.unlink("/gone");
      user.write(inode, handle, size, pattern(6, 10));
      die();
      assertThat(fileSystem.getattr(inode).size()).isEqualTo(size + 10);
      same(user.read(inode, handle, 0, size), pattern(5, size));
      same(user.read(inode, handle, size, 10), pattern(6, 10));
      fileSystem.release(inode, handle);
      fileSystem.forget(known.inode(), 1);
      while (dying.stack().upper().inode(inode).isPresent()) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void fileThatIsOpenMayBeRemovedAfterwards() throws Exception {
    long inode = user.put("/f", "small");
    long handle = user.open("/f", WRITE);
    die();
    user.unlink("/f");
    same(user.read(inode, handle, 0, 5), "small".getBytes());
    fileSystem.release(inode, handle);
    FileSystemUser.refused(Errno.ESTALE, () -> fileSystem.getattr(inode));
  }
}
