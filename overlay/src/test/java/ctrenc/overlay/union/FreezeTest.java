package ctrenc.overlay.union;

import static ctrenc.overlay.vfs.FileSystemUser.bytes;
import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static ctrenc.overlay.vfs.FileSystemUser.same;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.layer.AbsentUpper;
import ctrenc.overlay.layer.Layer;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.CreatedFile;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.FileSystemUser;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Freezing the upper under a filesystem in use. */
@Timeout(60)
final class FreezeTest {

  private final TestStack stack = stack();

  private static TestStack stack() {
    try {
      return new TestStack();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What the frozen layers alone show. */
  static OverlayFileSystem frozen(TestStack stack) throws IOException {
    return new OverlayFileSystem(
        new AbsentUpper(),
        List.copyOf(stack.lowers()),
        finding -> {},
        InstantSource.system(),
        stack.options().forReading());
  }

  @Test
  void whatWasWrittenBeforeIsFrozenAndWhatComesAfterIsNot() throws Exception {
    try (OverlayFileSystem fileSystem = stack.open()) {
      FileSystemUser user = new FileSystemUser(fileSystem);
      user.mkdir("/d");
      user.put("/d/f", pattern(1, 100_000));
      user.put("/gone", "x");
      stack.freeze(fileSystem);
      user.overwrite("/d/f", 50_000, bytes("later"));
      user.unlink("/gone");
      user.rename("/d", "/e");
      user.put("/e/new", "n");
      byte[] expected = pattern(1, 100_000);
      System.arraycopy(bytes("later"), 0, expected, 50_000, 5);
      same(user.read("/e/f"), expected);
      assertThat(user.list("/")).containsOnlyKeys("e");
      assertThat(stack.upper().appendedBytes()).isLessThan(100);
      FileSystemUser before = new FileSystemUser(frozen(stack));
      assertThat(before.list("/")).containsOnlyKeys("d", "gone");
      assertThat(before.list("/d")).containsOnlyKeys("f");
      same(before.read("/d/f"), pattern(1, 100_000));
      before.fileSystem().close();
    }
  }

  @Test
  void gatheredBytesAreInWhatIsFrozen() throws Exception {
    try (OverlayFileSystem fileSystem = stack.open()) {
      FileSystemUser user = new FileSystemUser(fileSystem);
      long inode = user.put("/f", "");
      long handle = user.open("/f", FileSystemUser.WRITE);
      user.write(inode, handle, 0, bytes("gathered"));
      stack.freeze(fileSystem);
      user.write(inode, handle, 8, bytes(" and more"));
      user.close(inode, handle);
      assertThat(user.text("/f")).isEqualTo("gathered and more");
      try (OverlayFileSystem before = frozen(stack)) {
        assertThat(new FileSystemUser(before).text("/f")).isEqualTo("gathered");
      }
    }
  }

  @Test
  void filesWithoutANameGoOnAndLeaveNothingInTheUpper() throws Exception {
    try (OverlayFileSystem fileSystem = stack.open()) {
      FileSystemUser user = new FileSystemUser(fileSystem);
      long inode = user.put("/f", pattern(2, 10_000));
      long handle = user.open("/f", FileSystemUser.WRITE);
      user.unlink("/f");
      CreatedFile unnamed =
          fileSystem.tmpfile(Caller.ROOT, FileSystem.ROOT, 0600, 0, FileSystemUser.WRITE);
      long second = unnamed.attributes().inode();
      user.write(second, unnamed.file().handle(), 0, bytes("tmp"));
      stack.freeze(fileSystem);
      same(user.read(inode, handle, 0, 10_000), pattern(2, 10_000));
      user.write(inode, handle, 5000, bytes("changed"));
      assertThat(user.read(inode, handle, 5000, 7)).isEqualTo(bytes("changed"));
      fileSystem.link(Caller.ROOT, second, FileSystem.ROOT, Name.of("named"));
      assertThat(user.text("/named")).isEqualTo("tmp");
      user.close(inode, handle);
      user.close(second, unnamed.file().handle());
      fileSystem.forget(second, 2);
    }
    try (OverlayFileSystem again = stack.open()) {
      FileSystemUser user = new FileSystemUser(again);
      assertThat(user.list("/")).containsOnlyKeys("named");
      assertThat(user.text("/named")).isEqualTo("tmp");
      assertThat(user.stat("/named").links()).isEqualTo(1);
    }
  }

  @Test
  void inodeNumbersGoOnBehindThoseOfTheFrozenLayer() throws Exception {
    try (OverlayFileSystem fileSystem = stack.open()) {
      FileSystemUser user = new FileSystemUser(fileSystem);
      long last = user.put("/a", "");
      for (int i = 0; i < 5; i++) {
        stack.freeze(fileSystem);
        long next = user.put("/n" + i, "");
        assertThat(next).isGreaterThan(last);
        last = next;
      }
      assertThat(stack.upper().inode(user.inode("/a"))).isEmpty();
    }
  }

  @Test
  void aFailedStepChangesNothing() throws Exception {
    try (OverlayFileSystem fileSystem = stack.open()) {
      FileSystemUser user = new FileSystemUser(fileSystem);
      user.put("/f", "before");
      assertThatThrownBy(
              () ->
                  fileSystem.freeze(
                      frozen -> {
                        throw new IOException("no");
                      }))
          .hasMessage("no");
      user.put("/f", "after");
      assertThat(user.text("/f")).isEqualTo("after");
      assertThat(stack.upper().inode(user.inode("/f"))).isPresent();
    }
  }

  @Test
  void aStackForReadingRefusesEveryChange() throws Exception {
    try (OverlayFileSystem fileSystem = stack.open()) {
      new FileSystemUser(fileSystem).put("/f", "content");
      stack.freeze(fileSystem);
      try (OverlayFileSystem reading = frozen(stack)) {
        FileSystemUser user = new FileSystemUser(reading);
        long handle = user.open("/f", FileSystemUser.READ);
        assertThat(user.read(user.inode("/f"), handle, 0, 7)).isEqualTo(bytes("content"));
        user.close(user.inode("/f"), handle);
        reading.sync();
        FileSystemUser.refused(Errno.EROFS, () -> user.put("/g", "x"));
        FileSystemUser.refused(Errno.EROFS, () -> user.unlink("/f"));
        FileSystemUser.refused(Errno.EROFS, () -> user.chmod("/f", 0600));
        FileSystemUser.refused(Errno.EROFS, () -> user.truncate("/f", 0));
      }
    }
  }

  /**
   * Each writer counts up in two files, the second always after the first, and swaps two names. In
   * every frozen state the first count is the second's or one ahead, and each swap is whole.
   */
  @Test
  void everyFrozenStateIsOneInstantOfRunningWriters() throws Exception {
    int writers = 4;
    AtomicBoolean stop = new AtomicBoolean();
    List<OverlayFileSystem> states = new ArrayList<>();
    try (OverlayFileSystem fileSystem = stack.open();
        ExecutorService threads = Executors.newFixedThreadPool(writers)) {
      prepare(new FileSystemUser(fileSystem), writers);
      List<Future<?>> running = start(threads, fileSystem, writers, stop);
      for (int i = 0; i < 12; i++) {
        stack.freeze(fileSystem);
        states.add(frozen(stack));
      }
      stop.set(true);
      for (Future<?> one : running) {
        one.get();
      }
    }
    for (OverlayFileSystem state : states) {
      checkState(new FileSystemUser(state), writers);
      state.close();
    }
    assertThat(stack.findings()).isEmpty();
  }

  private static List<Future<?>> start(
      ExecutorService threads, OverlayFileSystem fileSystem, int writers, AtomicBoolean stop) {
    List<Future<?>> running = new ArrayList<>();
    for (int i = 0; i < writers; i++) {
      String directory = "/" + i;
      running.add(
          threads.submit(
              () -> {
                write(new FileSystemUser(fileSystem), directory, stop);
                return directory;
              }));
    }
    return running;
  }

  private static void prepare(FileSystemUser user, int writers) throws Exception {
    for (int i = 0; i < writers; i++) {
      user.mkdir("/" + i);
      user.put("/" + i + "/first", new byte[3000]);
      user.put("/" + i + "/second", new byte[3000]);
      user.put("/" + i + "/x", "x");
      user.put("/" + i + "/y", "y");
    }
  }

  private static void write(FileSystemUser user, String directory, AtomicBoolean stop)
      throws Exception {
    long first = user.inode(directory + "/first");
    long second = user.inode(directory + "/second");
    long firstHandle = user.open(directory + "/first", FileSystemUser.WRITE);
    long secondHandle = user.open(directory + "/second", FileSystemUser.WRITE);
    for (int count = 1; !stop.get(); count++) {
      byte[] text = bytes(String.format("%010d", count).repeat(300));
      user.write(first, firstHandle, 0, text);
      user.write(second, secondHandle, 0, text);
      user.rename(directory + "/x", directory + "/y", FileSystem.RENAME_EXCHANGE);
      if (count % 50 == 0) {
        user.fileSystem().fsync(first, firstHandle, false);
      }
    }
    user.close(first, firstHandle);
    user.close(second, secondHandle);
  }

  private static void checkState(FileSystemUser user, int writers) throws Exception {
    for (int i = 0; i < writers; i++) {
      String first = user.text("/" + i + "/first");
      String second = user.text("/" + i + "/second");
      assertThat(first).isEqualTo(first.substring(0, 10).repeat(300));
      assertThat(second).isEqualTo(second.substring(0, 10).repeat(300));
      long ahead = number(first) - number(second);
      assertThat(ahead).isBetween(0L, 1L);
      assertThat(user.text("/" + i + "/x") + user.text("/" + i + "/y")).isIn("xy", "yx");
    }
  }

  private static long number(String text) {
    String digits = text.substring(0, 10).replace('\0', '0');
    return Long.parseLong(digits);
  }

  @Test
  void layersOfAFrozenStackAreAsManyAsItWasFrozen() throws Exception {
    try (OverlayFileSystem fileSystem = stack.open()) {
      FileSystemUser user = new FileSystemUser(fileSystem);
      for (int i = 0; i < 64; i++) {
        user.put("/f", "version " + i);
        stack.freeze(fileSystem);
      }
      assertThat(user.text("/f")).isEqualTo("version 63");
      List<Layer> lowers = stack.lowers();
      assertThat(lowers).hasSize(64);
    }
  }
}
