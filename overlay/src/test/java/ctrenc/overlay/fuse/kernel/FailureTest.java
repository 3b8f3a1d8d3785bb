package ctrenc.overlay.fuse.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.fuse.MountOptions;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.DirectoryReader;
import ctrenc.overlay.sys.FileData;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.Errno;
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

/**
 * What goes wrong stays where it is: bugs, hanging disks, callers that die, mounts that are still
 * in use.
 */
@Tag("kernel")
class FailureTest {

  private static final Duration SHORT = Duration.ofMillis(500);

  @TempDir Path directory;

  @Test
  void bugTurnsOneMountReadOnly(@TempDir Path otherDirectory) throws Exception {
    MemoryFileSystem faulty =
        new MemoryFileSystem() {
          @Override
          public byte[] getxattr(long inode, Name name) throws ErrnoException {
            if (name.equals(Name.of("user.bug"))) {
              throw new IllegalStateException("a bug");
            }
            return super.getxattr(inode, name);
          }
        };
    try (LiveMount live = LiveMount.of(faulty, directory);
        LiveMount other = LiveMount.of(new MemoryFileSystem(), otherDirectory)) {
      live.run("echo before > file");
      assertThat(live.run("getfattr -n user.bug file 2>&1 || true")).contains("Input/output error");
      for (String change :
          new String[] {"mkdir d", "rm file", "chmod 1 file", "mv file g", "sh -c 'echo > file'"}) {
        assertThat(live.run(change + " 2>&1 || true")).as(change).contains("Read-only file system");
      }
      assertThat(live.run("cat file")).isEqualTo("before");
      other.run("mkdir d");
    }
  }

  @Test
  void errorsAreBugsToo() throws Exception {
    MemoryFileSystem faulty =
        new MemoryFileSystem() {
          @Override
          public Attributes mkdir(Caller caller, long parent, Name name, int mode, int umask)
              throws ErrnoException {
            throw new AssertionError("a broken invariant");
          }
        };
    try (LiveMount live = LiveMount.of(faulty, directory)) {
      assertThat(live.run("mkdir d 2>&1 || true")).contains("Input/output error");
      assertThat(live.run("touch f 2>&1 || true")).contains("Read-only file system");
      assertThat(live.run("ls")).isEmpty();
    }
  }

  @Test
  void unsupportedOnOneInodeIsNotUnsupportedForever() throws Exception {
    MemoryFileSystem partial =
        new MemoryFileSystem() {
          private boolean isFirst = true;

          @Override
          public synchronized byte[] getxattr(long inode, Name name) throws ErrnoException {
            if (isFirst) {
              isFirst = false;
              throw new ErrnoException(Errno.ENOSYS);
            }
            return super.getxattr(inode, name);
          }
        };
    try (LiveMount live = LiveMount.of(partial, directory)) {
      live.run("touch f; setfattr -n user.x -v 1 f; getfattr -n user.x f 2>&1 || true");
      assertThat(live.run("getfattr --only-values -n user.x f")).isEqualTo("1");
    }
  }

  @Test
  void readOnlyMountTakesNoChange() throws Exception {
    MemoryFileSystem fileSystem = new MemoryFileSystem();
    try (LiveMount live = LiveMount.of(fileSystem, directory, new MountOptions("ro", true, 1))) {
      assertThat(live.run("touch f 2>&1 || true")).contains("Read-only file system");
      assertThat(live.run("ls")).isEmpty();
    }
  }

  @Test
  void slowSyncsHoldUpNobody() throws Exception {
    CountDownLatch disk = new CountDownLatch(1);
    try (LiveMount live =
        LiveMount.of(new HangingSync(disk), directory, new MountOptions("slow", false, 1))) {
      live.run("for i in 1 2 3 4; do echo $i > f$i; done");
      Process syncs = live.start("for i in 1 2 3 4; do sync f$i & done; wait");
      Condition.await("all syncs came", () -> live.served(Operation.FSYNC) == 4);
      assertThat(live.run("cat f1; mkdir d; echo more > f5; cat f5")).isEqualTo("1\nmore");
      assertThat(syncs.isAlive()).isTrue();
      disk.countDown();
      assertThat(syncs.waitFor(20, TimeUnit.SECONDS)).isTrue();
      assertThat(syncs.exitValue()).isZero();
    }
  }

  @Test
  void callerOfASlowSyncCanBeKilled() throws Exception {
    CountDownLatch disk = new CountDownLatch(1);
    try (LiveMount live = LiveMount.of(new HangingSync(disk), directory)) {
      live.run("echo x > f");
      Process sync = live.start("exec sync f");
      Condition.await("the sync came", () -> live.served(Operation.FSYNC) == 1);
      sync.destroyForcibly();
      assertThat(sync.waitFor(20, TimeUnit.SECONDS)).as("the killed caller is gone").isTrue();
      assertThat(disk.getCount()).isEqualTo(1);
      disk.countDown();
    }
  }

  @Test
  void signalThatIsHandledDoesNotBreakASync() throws Exception {
    CountDownLatch disk = new CountDownLatch(1);
    try (LiveMount live = LiveMount.of(new HangingSync(disk), directory)) {
      live.run("echo x > f");
      Process sync =
          live.start(
              "exec python3 -c '"
                  + "import os, signal\n"
                  + "signal.signal(signal.SIGUSR1, lambda *a: None)\n"
                  + "fd = os.open(\"f\", os.O_RDWR)\n"
                  + "os.fsync(fd)\n"
                  + "print(\"synced\")'");
      Condition.await("the sync came", () -> live.served(Operation.FSYNC) == 1);
      new ProcessBuilder("kill", "-USR1", Long.toString(sync.pid())).start().waitFor();
      Condition.await("the signal was told", () -> live.mount().served(Operation.INTERRUPT) == 1);
      disk.countDown();
      assertThat(new String(sync.getInputStream().readAllBytes(), UTF_8).strip())
          .isEqualTo("synced");
    }
  }

  @Test
  void unmountWritesBackFirst() throws Exception {
    MemoryFileSystem fileSystem = new MemoryFileSystem();
    LiveMount live = LiveMount.of(fileSystem, directory);
    Descriptor file = live.create("file");
    FileData.write(file, 0, Arena.ofAuto().allocate(5_000_000).fill((byte) 1));
    live.mount().unmount(SHORT);
    assertThatThrownBy(file::close).hasMessageContaining("Transport endpoint is not connected");
    Attributes attributes = fileSystem.lookup(Caller.ROOT, 1, Name.of("file"));
    assertThat(attributes.size()).isEqualTo(5_000_000);
    assertThat(attributes.blocks()).isGreaterThan(9000);
  }

  @Test
  void mountInUseIsEndedByForce() throws Exception {
    LiveMount live = LiveMount.of(new MemoryFileSystem(), directory);
    live.run("echo content > file");
    Process user = live.start("exec 3< file; read line; cat <&3");
    Condition.await("the file is open", () -> live.served(Operation.OPEN) > 0);
    live.mount().unmount(SHORT);
    assertThat(live.mount().isServing()).isFalse();
    assertThat(Files.exists(directory.resolve("file"))).isFalse();
    user.getOutputStream().write('\n');
    user.getOutputStream().close();
    assertThat(user.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(user.exitValue()).isNotZero();
    live.close();
    live.mount().invalidateInode(1, 0, 0);
  }

  @Test
  void hangingFilesystemIsAborted() throws Exception {
    CountDownLatch disk = new CountDownLatch(1);
    MemoryFileSystem hanging =
        new MemoryFileSystem() {
          @Override
          public int read(long inode, long handle, long offset, MemorySegment target)
              throws ErrnoException {
            await(disk);
            return super.read(inode, handle, offset, target);
          }
        };
    LiveMount live = LiveMount.of(hanging, directory);
    live.run("echo x > f; sync -f .");
    live.mount().invalidateInode(hanging.lookup(Caller.ROOT, 1, Name.of("f")).inode(), 0, 0);
    Process reader = live.start("exec cat f");
    Condition.await("the read came", () -> live.served(Operation.READ) == 1);
    Thread ending = Thread.ofPlatform().start(() -> endQuietly(live));
    assertThat(reader.waitFor(20, TimeUnit.SECONDS)).as("the reader gets an error").isTrue();
    assertThat(reader.exitValue()).isNotZero();
    disk.countDown();
    ending.join();
    Condition.await("its threads end", () -> !live.mount().isServing());
  }

  private static void endQuietly(LiveMount live) {
    try {
      live.mount().unmount(SHORT);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void unmountedByOthersEndsTheServer() throws Exception {
    LiveMount live = LiveMount.of(new MemoryFileSystem(), directory);
    assertThat(new ProcessBuilder("umount", directory.toString()).inheritIO().start().waitFor())
        .isZero();
    Condition.await("its threads end", () -> !live.mount().isServing());
    live.close();
  }

  @Test
  void anotherMountOnTopIsLeftAlone() throws Exception {
    try (LiveMount below = LiveMount.of(new MemoryFileSystem(), directory)) {
      LiveMount above = LiveMount.of(new MemoryFileSystem(), directory);
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

  private void mountOnce() throws IOException, InterruptedException {
    try (LiveMount live = LiveMount.of(new MemoryFileSystem(), directory)) {
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

  @Test
  void mountOnNothingLeavesNothing() {
    Path absent = directory.resolve("absent");
    assertThatThrownBy(() -> LiveMount.of(new MemoryFileSystem(), absent))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("could not be mounted: mount: No such file or directory");
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A disk that syncs when it is let. */
  private static final class HangingSync extends MemoryFileSystem {

    private final CountDownLatch disk;

    HangingSync(CountDownLatch disk) {
      this.disk = disk;
    }

    @Override
    public void fsync(long inode, long handle, boolean dataOnly) throws ErrnoException {
      await(disk);
      super.fsync(inode, handle, dataOnly);
    }
  }
}
