package ctrenc.overlay.vfs;

import static ctrenc.overlay.vfs.FileSystemUser.READ;
import static ctrenc.overlay.vfs.FileSystemUser.TRUNCATE;
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

/** Bytes of files: written, read back, cut and grown. */
public interface ContentContract {

  FileSystemUser user();

  @ParameterizedTest
  @ValueSource(
      ints = {0, 1, 2047, 2048, 2049, 4096, 16384, 100_001, 1 << 20, (1 << 20) + 1, 5_000_000})
  default void whatIsWrittenIsRead(int size) throws ErrnoException {
    byte[] content = pattern(size, size);
    user().put("/f", content);
    assertThat(user().stat("/f").size()).isEqualTo(size);
    same(user().read("/f"), content);
  }

  @Test
  default void readsAreShortOnlyAtTheEnd() throws ErrnoException {
    user().put("/f", bytes("0123456789"));
    same(user().read("/f", 8, 100), bytes("89"));
    assertThat(user().read("/f", 10, 100)).isEmpty();
    assertThat(user().read("/f", 1000, 1)).isEmpty();
    assertThat(user().read("/f", 3, 0)).isEmpty();
  }

  @Test
  default void writtenBytesAreSeenAtOnceByEveryHandle() throws ErrnoException {
    long inode = user().put("/f", new byte[10_000]);
    long writer = user().open("/f", WRITE);
    long reader = user().open("/f", READ);
    byte[] expected = new byte[10_000];
    for (int i = 0; i < 20; i++) {
      int at = i * 487;
      user().write(inode, writer, at, pattern(i, 300));
      System.arraycopy(pattern(i, 300), 0, expected, at, 300);
      same(user().read(inode, reader, 0, 10_000), expected);
      same(user().read(inode, writer, at, 300), pattern(i, 300));
    }
    user().close(inode, reader);
    user().close(inode, writer);
    same(user().read("/f"), expected);
  }

  @Test
  default void overlappingWritesKeepTheLast() throws ErrnoException {
    int size = 300_000;
    byte[] expected = pattern(1, size);
    long inode = user().put("/f", expected);
    long handle = user().open("/f", WRITE);
    int[][] ranges = {
      {0, 4096},
      {2000, 70_000},
      {1, 1},
      {65_536, 4096},
      {60_000, 200_000},
      {299_999, 1},
      {0, 300_000},
      {7, 11}
    };
    for (int i = 0; i < ranges.length; i++) {
      byte[] part = pattern(i + 2, ranges[i][1]);
      user().write(inode, handle, ranges[i][0], part);
      System.arraycopy(part, 0, expected, ranges[i][0], part.length);
      if (i % 3 == 1) {
        user().fileSystem().fsync(inode, handle, false);
      }
    }
    user().close(inode, handle);
    same(user().read("/f"), expected);
  }

  @Test
  default void gapsReadAsZeros() throws ErrnoException {
    user().put("/f", bytes("head"));
    user().overwrite("/f", 3_000_000, bytes("tail"));
    assertThat(user().stat("/f").size()).isEqualTo(3_000_004);
    byte[] expected = new byte[3_000_004];
    System.arraycopy(bytes("head"), 0, expected, 0, 4);
    System.arraycopy(bytes("tail"), 0, expected, 3_000_000, 4);
    same(user().read("/f"), expected);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 100, 2048, 2049, 4096, 50_000, 1 << 20})
  default void aCutFileGrowsWithZeros(int cut) throws ErrnoException {
    int size = (1 << 20) + 5000;
    byte[] content = pattern(9, size);
    user().put("/f", content);
    assertThat(user().truncate("/f", cut).size()).isEqualTo(cut);
    same(user().read("/f"), Arrays.copyOf(content, cut));
    user().truncate("/f", size);
    same(user().read("/f"), Arrays.copyOf(Arrays.copyOf(content, cut), size));
  }

  @Test
  default void truncationCutsWhatIsNotFlushed() throws ErrnoException {
    long inode = user().put("/f", "");
    long handle = user().open("/f", WRITE);
    user().write(inode, handle, 0, pattern(1, 100_000));
    user().truncate("/f", 30_000);
    user().truncate("/f", 40_000);
    byte[] expected = Arrays.copyOf(Arrays.copyOf(pattern(1, 100_000), 30_000), 40_000);
    same(user().read("/f"), expected);
    user().close(inode, handle);
    same(user().read("/f"), expected);
  }

  @Test
  default void openingCanEmpty() throws ErrnoException {
    long inode = user().put("/f", pattern(1, 70_000));
    long handle = user().open("/f", WRITE | TRUNCATE);
    assertThat(user().stat("/f").size()).isZero();
    user().write(inode, handle, 5, bytes("x"));
    user().close(inode, handle);
    same(user().read("/f"), new byte[] {0, 0, 0, 0, 0, 'x'});
  }

  @Test
  default void smallFilesGrowAndShrink() throws ErrnoException {
    byte[] expected = new byte[0];
    user().put("/f", expected);
    for (int size : new int[] {10, 2000, 2100, 500, 2048, 4096, 1, 0, 3000}) {
      expected = Arrays.copyOf(expected, size);
      user().truncate("/f", size);
      if (size > 0) {
        user().overwrite("/f", size - 1, new byte[] {(byte) size});
        expected[size - 1] = (byte) size;
      }
      same(user().read("/f"), expected, "at size " + size);
    }
  }

  @Test
  default void writingMovesTimesAndKeepsThoseThatAreSet() throws ErrnoException {
    long inode = user().put("/f", "");
    long handle = user().open("/f", WRITE);
    Timestamp past = new Timestamp(1000, 7);
    int set = AttributeChange.MODIFIED | AttributeChange.ACCESSED;
    AttributeChange times = new AttributeChange(0, 0, 0, 0, 0, past, past, past);
    user().change("/f", set, times);
    user().write(inode, handle, 0, bytes("x"));
    assertThat(user().stat("/f").modified()).isGreaterThan(past);
    assertThat(user().stat("/f").changed()).isGreaterThan(past);
    user().change("/f", set, times);
    user().close(inode, handle);
    assertThat(user().stat("/f").modified()).isEqualTo(past);
    assertThat(user().stat("/f").accessed()).isEqualTo(past);
  }

  @Test
  default void impossibleUsesAreRefused() throws ErrnoException {
    user().mkdir("/d");
    FileSystem fileSystem = user().fileSystem();
    refused(Errno.EISDIR, () -> fileSystem.open(Caller.ROOT, user().inode("/d"), WRITE));
    refused(Errno.EISDIR, () -> user().truncate("/d", 0));
    user().put("/f", "");
    refused(Errno.EINVAL, () -> user().truncate("/f", -1));
  }

  @Test
  default void syncReturns() throws ErrnoException {
    long inode = user().put("/f", "x");
    long handle = user().open("/f", WRITE);
    user().write(inode, handle, 0, bytes("y"));
    user().fileSystem().fsync(inode, handle, true);
    user().fileSystem().fsyncdir(FileSystem.ROOT, false);
    user().fileSystem().sync();
    user().close(inode, handle);
    assertThat(user().text("/f")).isEqualTo("y");
    assertThat(user().fileSystem().statfs().nameLength()).isEqualTo(255);
  }
}
