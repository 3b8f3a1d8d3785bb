package ctrenc.overlay.vfs;

import static ctrenc.overlay.vfs.FileSystemUser.READ;
import static ctrenc.overlay.vfs.FileSystemUser.WRITE;
import static ctrenc.overlay.vfs.FileSystemUser.bytes;
import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static ctrenc.overlay.vfs.FileSystemUser.refused;
import static ctrenc.overlay.vfs.FileSystemUser.same;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** fallocate(2), lseek(2) for data and holes, copy_file_range(2). */
public interface SpaceContract {

  int KEEP_SIZE = 1;
  int PUNCH_HOLE = 2;
  int ZERO_RANGE = 16;
  int SEEK_DATA = 3;
  int SEEK_HOLE = 4;

  FileSystemUser user();

  private void allocate(String path, long offset, long length, int mode) throws ErrnoException {
    long inode = user().inode(path);
    long handle = user().open(path, WRITE);
    try {
      user().fileSystem().fallocate(inode, handle, offset, length, mode);
    } finally {
      user().fileSystem().release(inode, handle);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 2000, 100_000, 2_000_000})
  default void holesReadAsZeros(int size) throws ErrnoException {
    for (int mode : new int[] {PUNCH_HOLE | KEEP_SIZE, ZERO_RANGE, ZERO_RANGE | KEEP_SIZE}) {
      byte[] expected = pattern(mode, size);
      user().put("/f", expected);
      int from = size / 3;
      int to = size / 2 + 1;
      allocate("/f", from, to - from, mode);
      Arrays.fill(expected, from, to, (byte) 0);
      same(user().read("/f"), expected);
    }
  }

  @Test
  default void allocationGrowsUnlessTheSizeIsKept() throws ErrnoException {
    user().put("/f", "abc");
    allocate("/f", 0, 10_000, KEEP_SIZE);
    assertThat(user().stat("/f").size()).isEqualTo(3);
    allocate("/f", 5000, 5000, 0);
    assertThat(user().stat("/f").size()).isEqualTo(10_000);
    same(user().read("/f"), Arrays.copyOf(bytes("abc"), 10_000));
    allocate("/f", 1, 20_000, ZERO_RANGE);
    same(user().read("/f"), Arrays.copyOf(bytes("a"), 20_001));
    allocate("/f", 0, 90_000, PUNCH_HOLE | KEEP_SIZE);
    same(user().read("/f"), new byte[20_001]);
    refused(Errno.EOPNOTSUPP, () -> allocate("/f", 0, 1, 8));
  }

  @Test
  default void dataAndHolesAreFound() throws ErrnoException {
    user().put("/f", new byte[0]);
    user().truncate("/f", 4 << 20);
    user().overwrite("/f", 1 << 20, pattern(1, 65536));
    long inode = user().inode("/f");
    long handle = user().open("/f", READ);
    FileSystem fileSystem = user().fileSystem();
    assertThat(fileSystem.lseek(inode, handle, 0, SEEK_HOLE)).isZero();
    assertThat(fileSystem.lseek(inode, handle, 0, SEEK_DATA)).isEqualTo(1 << 20);
    assertThat(fileSystem.lseek(inode, handle, (1 << 20) + 5, SEEK_DATA)).isEqualTo((1 << 20) + 5);
    assertThat(fileSystem.lseek(inode, handle, 1 << 20, SEEK_HOLE)).isEqualTo((1 << 20) + 65536);
    refused(Errno.ENXIO, () -> fileSystem.lseek(inode, handle, 2 << 20, SEEK_DATA));
    refused(Errno.ENXIO, () -> fileSystem.lseek(inode, handle, 4 << 20, SEEK_HOLE));
    refused(Errno.EINVAL, () -> fileSystem.lseek(inode, handle, 0, 9));
    fileSystem.release(inode, handle);
    assertThat(user().stat("/f").blocks()).isLessThan((4 << 20) / 512);
  }

  /** tar(1) takes a file without blocks for one hole, and stores nothing of it. */
  @Test
  default void blocksCountBytesThatWaitAndNoHoleBeforeThem() throws ErrnoException {
    for (long at : new long[] {0, 1 << 20, (4 << 20) - 65536, 1L << 40}) {
      long inode = user().put("/f", new byte[0]);
      user().truncate("/f", 4 << 20);
      long handle = user().open("/f", WRITE);
      user().write(inode, handle, at, pattern(1, 65536));
      assertThat(user().stat("/f").blocks()).as("at %d", at).isBetween(128L, 4096L);
      user().close(inode, handle);
      assertThat(user().stat("/f").blocks()).as("closed, at %d", at).isBetween(128L, 4096L);
      user().unlink("/f");
    }
  }

  @Test
  default void aFullFileEndsInAHole() throws ErrnoException {
    long inode = user().put("/f", pattern(1, 100_000));
    long handle = user().open("/f", READ);
    assertThat(user().fileSystem().lseek(inode, handle, 0, SEEK_HOLE)).isEqualTo(100_000);
    assertThat(user().fileSystem().lseek(inode, handle, 99_999, SEEK_DATA)).isEqualTo(99_999);
    user().fileSystem().release(inode, handle);
  }

  private long copy(String from, long offset, String to, long toOffset, long length)
      throws ErrnoException {
    long inode = user().inode(from);
    long toInode = user().inode(to);
    long handle = user().open(from, READ);
    long toHandle = user().open(to, WRITE);
    long copied = 0;
    try {
      while (copied < length) {
        long count =
            user()
                .fileSystem()
                .copyFileRange(
                    inode,
                    handle,
                    offset + copied,
                    toInode,
                    toHandle,
                    toOffset + copied,
                    length - copied);
        if (count == 0) {
          break;
        }
        copied += count;
      }
    } finally {
      user().fileSystem().release(inode, handle);
      user().fileSystem().release(toInode, toHandle);
    }
    return copied;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 1000, 2048, 5000, 1_200_000, 3_000_001})
  default void wholeFilesAreCopied(int size) throws ErrnoException {
    byte[] content = pattern(size, size);
    user().put("/from", content);
    user().put("/to", "");
    assertThat(copy("/from", 0, "/to", 0, size + 100L)).isEqualTo(size);
    same(user().read("/to"), content);
    user().overwrite("/to", 0, bytes("!"));
    user().unlink("/from");
    content[0] = '!';
    same(user().read("/to"), content);
  }

  @Test
  default void anyRangeIsCopied() throws ErrnoException {
    byte[] from = pattern(1, 2_500_000);
    byte[] to = pattern(2, 900_000);
    user().put("/from", from);
    user().put("/to", to);
    int[][] ranges = {
      {0, 0, 1},
      {1_048_570, 17, 600_001},
      {5, 800_000, 1_500_000},
      {2_499_999, 3, 1},
      {100, 4096, 4096}
    };
    for (int[] range : ranges) {
      assertThat(copy("/from", range[0], "/to", range[1], range[2])).isEqualTo(range[2]);
      to = Arrays.copyOf(to, Math.max(to.length, range[1] + range[2]));
      System.arraycopy(from, range[0], to, range[1], range[2]);
    }
    same(user().read("/to"), to);
    same(user().read("/from"), from);
    assertThat(copy("/from", 2_500_000, "/to", 0, 10)).isZero();
  }

  @Test
  default void holesAreCopiedAsZeros() throws ErrnoException {
    user().put("/from", pattern(1, 10_000));
    user().truncate("/from", 3_000_000);
    byte[] to = pattern(2, 4_000_000);
    user().put("/to", to);
    assertThat(copy("/from", 5000, "/to", 1000, 2_000_000)).isEqualTo(2_000_000);
    System.arraycopy(pattern(1, 10_000), 5000, to, 1000, 5000);
    Arrays.fill(to, 6000, 2_001_000, (byte) 0);
    same(user().read("/to"), to);
  }

  @Test
  default void aRangeIsCopiedWithinAFile() throws ErrnoException {
    byte[] content = pattern(3, 400_000);
    user().put("/f", content);
    assertThat(copy("/f", 0, "/f", 300_000, 100_000)).isEqualTo(100_000);
    System.arraycopy(content, 0, content, 300_000, 100_000);
    same(user().read("/f"), content);
  }
}
