package ctrenc.overlay.union;

import static ctrenc.overlay.vfs.FileSystemUser.WRITE;
import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static ctrenc.overlay.vfs.FileSystemUser.refused;
import static ctrenc.overlay.vfs.FileSystemUser.same;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.storage.DiskFullException;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.FileSystemUser;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a writer of a stream may rely on while others seal what it wrote. */
@Timeout(60)
final class StreamSealerTest {

  private static final int EXTENT = 1 << 20;

  private final TestStack stack;
  private OverlayFileSystem fileSystem;
  private FileSystemUser user;

  StreamSealerTest() throws Exception {
    stack = new TestStack();
  }

  @BeforeEach
  void open() throws Exception {
    fileSystem = stack.open();
    user = new FileSystemUser(fileSystem);
  }

  @AfterEach
  void close() {
    fileSystem.close();
  }

  private static void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void theWriterGoesOnWhileItsExtentsAreSealed() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    Semaphore appends = new Semaphore(0);
    stack
        .upper()
        .beforeAppends(
            () -> {
              begun.countDown();
              appends.acquireUninterruptibly();
            });
    long inode = user.put("/f", "");
    long handle = user.open("/f", WRITE);
    byte[] all = pattern(1, 4 * EXTENT);
    for (int at = 0; at < all.length; at += EXTENT) {
      user.write(inode, handle, at, Arrays.copyOfRange(all, at, at + EXTENT));
    }
    begun.await();
    assertThat(stack.upper().appends()).isZero();
    same(user.read(inode, handle, 0, all.length), all);
    appends.release(4);
    await(() -> stack.upper().appends() == 4);
    same(user.read("/f"), all);
    user.close(inode, handle);
    assertThat(stack.upper().appends()).isEqualTo(4);
    same(user.read("/f"), all);
  }

  @Test
  void whatCannotBeSealedIsToldOnceAndNotLost() throws Exception {
    long inode = user.put("/f", "");
    long handle = user.open("/f", WRITE);
    AtomicBoolean hasFailed = new AtomicBoolean();
    stack
        .upper()
        .failAppends(
            () -> {
              hasFailed.set(true);
              return new DiskFullException("the disk is full");
            });
    user.write(inode, handle, 0, pattern(1, EXTENT));
    await(hasFailed::get);
    same(user.read(inode, handle, 0, EXTENT), pattern(1, EXTENT));
    refused(Errno.ENOSPC, () -> fileSystem.fsync(inode, handle, false));
    stack.upper().heal();
    user.write(inode, handle, EXTENT, pattern(2, EXTENT));
    // The failure beside the writer may still be told, but nothing fails any more.
    fileSystem.fsync(inode, user.open("/f", WRITE), false);
    same(user.read("/f", 0, EXTENT), pattern(1, EXTENT));
    same(user.read("/f", EXTENT, EXTENT), pattern(2, EXTENT));
  }

  @Test
  void aFrozenStateHoldsAnUnbrokenStartOfTheStream() throws Exception {
    List<OverlayFileSystem> states = new ArrayList<>();
    AtomicBoolean stop = new AtomicBoolean();
    long inode = user.put("/f", "");
    try (ExecutorService writer = Executors.newSingleThreadExecutor()) {
      Future<Integer> written = writer.submit(() -> stream(inode, stop));
      for (int i = 0; i < 6; i++) {
        stack.freeze(fileSystem);
        states.add(FreezeTest.frozen(stack));
      }
      stop.set(true);
      assertThat(written.get()).isPositive();
    }
    for (OverlayFileSystem state : states) {
      byte[] seen = new FileSystemUser(state).read("/f");
      assertThat(seen.length % EXTENT).isZero();
      for (int at = 0; at < seen.length; at += EXTENT) {
        same(Arrays.copyOfRange(seen, at, at + EXTENT), pattern(at / EXTENT, EXTENT));
      }
      state.close();
    }
    assertThat(stack.findings()).isEmpty();
  }

  private int stream(long inode, AtomicBoolean stop) throws Exception {
    long handle = user.open("/f", WRITE);
    int count = 0;
    while (!stop.get() || count == 0) {
      user.write(inode, handle, (long) count * EXTENT, pattern(count, EXTENT));
      count++;
    }
    user.close(inode, handle);
    return count;
  }
}
