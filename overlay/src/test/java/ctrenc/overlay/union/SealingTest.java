package ctrenc.overlay.union;

import static ctrenc.overlay.vfs.FileSystemUser.WRITE;
import static ctrenc.overlay.vfs.FileSystemUser.bytes;
import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static ctrenc.overlay.vfs.FileSystemUser.same;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.layer.InodeRecord;
import ctrenc.overlay.vfs.AttributeChange;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.FileSystemUser;
import ctrenc.overlay.vfs.Name;
import ctrenc.overlay.vfs.Timestamp;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When and in which form gathered bytes get into the store. */
final class SealingTest {

  private static final Duration NEVER = Duration.ofHours(1);

  private final TestStack stack;
  private OverlayFileSystem fileSystem;
  private FileSystemUser user;

  SealingTest() throws Exception {
    stack = new TestStack();
  }

  @BeforeEach
  void open() throws Exception {
    open(NEVER, 8 << 20, 64 << 20);
  }

  private void open(Duration delay, long perFile, long inAll) throws Exception {
    if (fileSystem != null) {
      fileSystem.close();
    }
    stack.with(
        new UnionOptions(
            stack.options().disk(),
            perFile,
            inAll,
            delay,
            true,
            false,
            Optional.empty(),
            () -> {}));
    fileSystem = stack.open();
    user = new FileSystemUser(fileSystem);
  }

  @AfterEach
  void close() {
    fileSystem.close();
  }

  private static void await(Condition condition) throws IOException {
    while (!condition.holds()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aSmallFileCostsTwoBatchesAndNoExtent() throws Exception {
    int before = stack.upper().batches();
    long inode = user.put("/f", "small");
    assertThat(stack.upper().batches()).isEqualTo(before + 2);
    assertThat(stack.upper().appends()).isZero();
    assertThat(stack.upper().inode(inode).orElseThrow().body())
        .isInstanceOf(InodeRecord.Body.Small.class);
  }

  @Test
  void timesFromTheKernelAndBytesShareABatch() throws Exception {
    long inode = user.put("/f", "");
    long handle = user.open("/f", WRITE);
    user.write(inode, handle, 0, pattern(1, 5000));
    int before = stack.upper().batches();
    Timestamp time = new Timestamp(5, 5);
    user.change(
        "/f",
        AttributeChange.MODIFIED | AttributeChange.CHANGED,
        new AttributeChange(0, 0, 0, 0, 0, time, time, time));
    user.close(inode, handle);
    assertThat(stack.upper().batches()).isEqualTo(before + 1);
    assertThat(user.stat("/f").changed()).isEqualTo(time);
  }

  @Test
  void scatteredPagesShareOneExtent() throws Exception {
    user.put("/f", new byte[0]);
    user.truncate("/f", 100 << 20);
    long inode = user.inode("/f");
    long handle = user.open("/f", WRITE);
    for (int i = 0; i < 200; i++) {
      user.write(inode, handle, (i * 37L % 200) * 65_536, pattern(i, 4096));
    }
    user.fileSystem().flush(inode, handle);
    assertThat(stack.upper().appends()).isEqualTo(1);
    assertThat(stack.upper().appendedBytes()).isEqualTo(200 * 4096);
    for (int i = 0; i < 200; i++) {
      same(user.read("/f", (i * 37L % 200) * 65_536, 4096), pattern(i, 4096));
    }
    fileSystem.release(inode, handle);
  }

  @Test
  void aStreamOfSmallWritesBecomesWholeExtents() throws Exception {
    long inode = user.put("/f", "");
    long handle = user.open("/f", WRITE);
    byte[] all = pattern(1, 3 << 20);
    for (int at = 0; at < all.length; at += 1 << 17) {
      user.write(inode, handle, at, Arrays.copyOfRange(all, at, at + (1 << 17)));
    }
    await(() -> stack.upper().appends() == 3);
    user.close(inode, handle);
    assertThat(stack.upper().appends()).isEqualTo(3);
    same(user.read("/f"), all);
  }

  @Test
  void aWholeExtentIsSealedAtOnceOverWhatWasGathered() throws Exception {
    long inode = user.put("/f", "");
    long handle = user.open("/f", WRITE);
    user.write(inode, handle, 500, pattern(1, 3 << 19));
    byte[] expected = new byte[500 + (3 << 19)];
    System.arraycopy(pattern(1, 3 << 19), 0, expected, 500, 3 << 19);
    user.write(inode, handle, 0, pattern(2, 1 << 20));
    System.arraycopy(pattern(2, 1 << 20), 0, expected, 0, 1 << 20);
    same(user.read("/f"), expected);
    user.close(inode, handle);
    same(user.read("/f"), expected);
  }

  @Test
  void whatNobodyFlushesIsSealedAfterAWhile() throws Exception {
    open(Duration.ofMillis(20), 8 << 20, 64 << 20);
    long inode = user.put("/f", "");
    long handle = user.open("/f", WRITE);
    user.write(inode, handle, 0, pattern(1, 5000));
    await(() -> stack.upper().appends() == 1);
    user.write(inode, handle, 0, pattern(2, 5000));
    await(() -> stack.upper().appends() == 2);
    same(user.read("/f"), pattern(2, 5000));
    user.close(inode, handle);
  }

  @Test
  void tooMuchOfOneFileIsSealedByItsWriter() throws Exception {
    open(NEVER, 100_000, 64 << 20);
    long inode = user.put("/f", "");
    long handle = user.open("/f", WRITE);
    for (int i = 0; i < 100; i++) {
      user.write(inode, handle, i * 8192L, pattern(i, 4096));
    }
    // By the writer from 100,000 gathered bytes on, beside it from half of that on.
    assertThat(stack.upper().appends()).isBetween(3, 8);
    user.close(inode, handle);
  }

  @Test
  void tooMuchInAllIsSealedOldestFirst() throws Exception {
    open(NEVER, 8 << 20, 100_000);
    long[] inodes = new long[20];
    for (int i = 0; i < inodes.length; i++) {
      inodes[i] = user.put("/f" + i, "");
    }
    for (int i = 0; i < inodes.length; i++) {
      user.write(inodes[i], 0, 0, pattern(i, 20_000));
    }
    assertThat(stack.upper().appends()).isEqualTo(15);
    assertThat(stack.upper().inode(inodes[0]).orElseThrow().size()).isEqualTo(20_000);
    assertThat(stack.upper().inode(inodes[19]).orElseThrow().size()).isZero();
    same(user.read("/f19"), pattern(19, 20_000));
  }

  @Test
  void bytesOfAnUnlinkedFileAreNeverSealed() throws Exception {
    long inode = user.put("/f", "");
    long handle = user.open("/f", WRITE);
    user.write(inode, handle, 0, pattern(1, 50_000));
    user.unlink("/f");
    same(user.read(inode, handle, 0, 50_000), pattern(1, 50_000));
    user.close(inode, handle);
    await(() -> stack.upper().inode(inode).isEmpty());
    fileSystem.close();
    assertThat(stack.upper().appends()).isZero();
  }

  @Test
  void bytesThatNothingRefersToAreGivenBack() throws Exception {
    user.put("/f", pattern(1, 3_000_000));
    user.put("/f", pattern(2, 3_000_000));
    user.overwrite("/f", 100, pattern(3, 2_000_000));
    user.put("/copy", "");
    user.copy("/f", 0, "/copy", 0, 3_000_000);
    long stored = stack.upperExtents().storedBytes();
    user.unlink("/f");
    assertThat(stack.upperExtents().storedBytes()).isEqualTo(stored);
    user.unlink("/copy");
    await(() -> stack.upperExtents().storedBytes() == 0);
  }

  @Test
  void sharingCopiesNothing() throws Exception {
    user.put("/f", pattern(1, 5_000_000));
    user.put("/copy", "");
    long before = stack.upper().appendedBytes();
    long count =
        fileSystem.copyFileRange(user.inode("/f"), 0, 7, user.inode("/copy"), 0, 0, 4_999_000);
    assertThat(count).isEqualTo(4_999_000);
    assertThat(stack.upper().appendedBytes()).isEqualTo(before);
    same(user.read("/copy", 0, 100), user.read("/f", 7, 100));
  }

  @Test
  void readersSeeEveryWriteWhileOthersSeal() throws Exception {
    open(Duration.ofMillis(1), 100_000, 1 << 20);
    long inode = user.put("/f", new byte[200_000]);
    long handle = user.open("/f", WRITE);
    CountDownLatch end = new CountDownLatch(1);
    try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
      Future<?> sealing =
          pool.submit(
              () -> {
                while (end.getCount() > 0) {
                  fileSystem.fsync(inode, handle, true);
                }
                return null;
              });
      Random random = new Random(7);
      byte[] expected = new byte[200_000];
      try {
        for (int i = 0; i < 3000; i++) {
          int at = random.nextInt(190_000);
          byte[] part = pattern(i, 1 + random.nextInt(9000));
          user.write(inode, handle, at, part);
          System.arraycopy(part, 0, expected, at, part.length);
          int from = random.nextInt(190_000);
          byte[] seen = user.read(inode, handle, from, 10_000);
          same(seen, Arrays.copyOfRange(expected, from, from + 10_000), "at step " + i);
        }
      } finally {
        end.countDown();
      }
      sealing.get();
    }
    user.close(inode, handle);
  }

  @Test
  void orphansOfADeadProcessAreLetGoOf() throws Exception {
    long inode = user.put("/f", pattern(1, 100_000));
    user.open("/f", FileSystemUser.READ);
    user.unlink("/f");
    assertThat(stack.upper().inode(inode)).isPresent();
    stack.afterProcessDeath();
    fileSystem = stack.open();
    await(() -> stack.upper().inode(inode).isEmpty());
    await(() -> stack.upperExtents().storedBytes() == 0);
    int[] left = new int[1];
    stack.upper().orphans(orphan -> left[0]++);
    assertThat(left[0]).isZero();
    FileSystemUser.refused(Errno.ESTALE, () -> fileSystem.lookup(user.caller(), inode, Name.DOT));
  }

  @Test
  void whatWasFlushedSurvivesTheProcess() throws Exception {
    user.mkdir("/d");
    user.put("/d/small", "small");
    user.put("/d/large", pattern(1, 3_000_000));
    long inode = user.put("/d/open", "");
    user.write(inode, 0, 0, bytes("not flushed"));
    stack.afterProcessDeath();
    fileSystem = stack.open();
    user = new FileSystemUser(fileSystem);
    assertThat(user.text("/d/small")).isEqualTo("small");
    same(user.read("/d/large"), pattern(1, 3_000_000));
    assertThat(user.stat("/d/open").size()).isZero();
    assertThat(fileSystem.getattr(FileSystem.ROOT).links()).isEqualTo(3);
  }

  /** Something that becomes true. */
  @FunctionalInterface
  private interface Condition {
    boolean holds() throws IOException;
  }
}
