package ctrenc.overlay.fuse.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.DirectoryReader;
import ctrenc.overlay.sys.FileData;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.MemoryFileSystem;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How mounts end: in order, while in use, while their filesystem hangs, or by others. */
@Tag("kernel")
class UnmountTest {

  /** Of mounts that do not end by themselves: a test takes as long. */
  private static final Duration SHORT = Duration.ofSeconds(1);

  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir Path directory;

  /** How requests come. */
  Carrier carrier() {
    return Carrier.DEVICE;
  }

  @Test
  void unmountWritesBackFirst() throws Exception {
    MemoryFileSystem fileSystem = new MemoryFileSystem();
    LiveMount live = LiveMount.of(carrier(), fileSystem, directory);
    Descriptor file = live.create("file");
    FileData.write(file, 0, Arena.ofAuto().allocate(5_000_000).fill((byte) 1));
    Thread ending = Thread.ofPlatform().start(() -> endQuietly(live, LONG));
    Condition.await("all is written back", () -> stored(fileSystem).blocks() > 9000);
    assertThat(stored(fileSystem).size()).isEqualTo(5_000_000);
    file.close();
    ending.join();
    assertThat(live.mount().isServing()).isFalse();
  }

  private static Attributes stored(MemoryFileSystem fileSystem) {
    try {
      return fileSystem.lookup(Caller.ROOT, 1, Name.of("file"));
    } catch (ErrnoException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void mountInUseIsEndedByForce() throws Exception {
    LiveMount live = LiveMount.of(carrier(), new MemoryFileSystem(), directory);
    live.run("echo content > file");
    Process user = live.start("exec 3< file; echo open; read line; cat <&3");
    assertThat(user.inputReader().readLine()).isEqualTo("open");
    live.mount().unmount(SHORT);
    assertThat(live.mount().isServing()).isFalse();
    assertThat(Files.exists(directory.resolve("file"))).isFalse();
    user.getOutputStream().write('\n');
    user.getOutputStream().close();
    assertThat(user.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(user.exitValue()).isNotZero();
    live.close();
    live.mount().invalidateInode(1, 0, 0);
  }

  @Test
  void hangingFilesystemIsAborted() throws Exception {
    CountDownLatch disk = new CountDownLatch(1);
    MemoryFileSystem hanging = new HangingReads(disk);
    LiveMount live = LiveMount.of(carrier(), hanging, directory);
    live.run("echo x > f; sync -f .");
    live.mount().invalidateInode(hanging.lookup(Caller.ROOT, 1, Name.of("f")).inode(), 0, 0);
    Process reader = live.start("exec cat f");
    Condition.await("the read came", () -> live.served(Operation.READ) == 1);
    Thread ending = Thread.ofPlatform().start(() -> endQuietly(live, SHORT));
    assertThat(reader.waitFor(60, TimeUnit.SECONDS)).as("the reader gets an error").isTrue();
    assertThat(reader.exitValue()).isNotZero();
    disk.countDown();
    ending.join();
    Condition.await("its threads end", () -> !live.mount().isServing());
  }

  @Test
  void mountThatTakesNoWritesIsTakenOutOfTheTree() throws Exception {
    carrier().assumeNoLibfuse("the kernel gathers no writes");
    CountDownLatch disk = new CountDownLatch(1);
    MemoryFileSystem hanging =
        new MemoryFileSystem() {
          @Override
          public int writeBack(
              long inode, long handle, long offset, MemorySegment source, boolean killPrivileges)
              throws ErrnoException {
            await(disk);
            return super.writeBack(inode, handle, offset, source, killPrivileges);
          }
        };
    LiveMount live = LiveMount.of(carrier(), hanging, directory);
    Descriptor file = live.create("f");
    FileData.write(file, 0, Arena.ofAuto().allocate(4096));
    Thread ending = Thread.ofPlatform().start(() -> endQuietly(live, SHORT));
    Condition.await("the write came", () -> live.served(Operation.WRITE) == 1);
    Condition.await("nothing is mounted", () -> !isMounted());
    disk.countDown();
    ending.join();
    assertThat(live.mount().isServing()).isFalse();
    assertThatThrownBy(file::close).isInstanceOf(IOException.class);
  }

  private boolean isMounted() {
    try {
      return Files.readString(Path.of("/proc/self/mounts")).contains(" " + directory + " ");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void unmountedByOthersEndsTheServer() throws Exception {
    LiveMount live = LiveMount.of(carrier(), new MemoryFileSystem(), directory);
    assertThat(new ProcessBuilder("umount", directory.toString()).inheritIO().start().waitFor())
        .isZero();
    Condition.await("its threads end", () -> !live.mount().isServing());
    live.close();
  }

  @Test
  void anotherMountOnTopIsLeftAlone() throws Exception {
    try (LiveMount below = LiveMount.of(carrier(), new MemoryFileSystem(), directory)) {
      LiveMount above = LiveMount.of(carrier(), new MemoryFileSystem(), directory);
      above.run("touch f");
      below.mount().unmount(SHORT);
      assertThat(below.mount().isServing()).isFalse();
      assertThat(above.run("ls")).isEqualTo("f");
      above.close();
      new ProcessBuilder("umount", directory.toString()).start().waitFor();
    }
  }

  @Test
  void manyMountsComeAndGo() throws Exception {
    Path descriptors = Path.of("/proc/self/fd");
    mountOnce();
    long before = count(descriptors);
    for (int i = 0; i < 20; i++) {
      mountOnce();
    }
    Condition.await("descriptors are closed", () -> count(descriptors) <= before);
  }

  @Test
  void mountOnNothingLeavesNothing() {
    Path absent = directory.resolve("absent");
    assertThatThrownBy(() -> LiveMount.of(carrier(), new MemoryFileSystem(), absent))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("could not be mounted: mount: No such file or directory");
  }

  private static void endQuietly(LiveMount live, Duration patience) {
    try {
      live.mount().unmount(patience);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void mountOnce() throws IOException, InterruptedException {
    try (LiveMount live = LiveMount.of(carrier(), new MemoryFileSystem(), directory)) {
      live.run("echo x > f");
    }
  }

  private static long count(Path directory) {
    try (Descriptor opened = FileOpener.open(directory, OpenFlag.DIRECTORY)) {
      return DirectoryReader.list(opened).size();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
