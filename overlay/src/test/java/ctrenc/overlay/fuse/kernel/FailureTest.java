package ctrenc.overlay.fuse.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.fuse.MountOptions;
import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.MemoryFileSystem;
import ctrenc.overlay.vfs.Name;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong stays where it is: bugs, slow disks, callers that die. */
@Tag("kernel")
class FailureTest {

  @TempDir Path directory;

  /** How requests come. */
  Carrier carrier() {
    return Carrier.DEVICE;
  }

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
    try (LiveMount live = LiveMount.of(carrier(), faulty, directory);
        LiveMount other = LiveMount.of(carrier(), new MemoryFileSystem(), otherDirectory)) {
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
    try (LiveMount live = LiveMount.of(carrier(), faulty, directory)) {
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
    try (LiveMount live = LiveMount.of(carrier(), partial, directory)) {
      live.run("touch f; setfattr -n user.x -v 1 f; getfattr -n user.x f 2>&1 || true");
      assertThat(live.run("getfattr --only-values -n user.x f")).isEqualTo("1");
    }
  }

  @Test
  void readOnlyMountTakesNoChange() throws Exception {
    MemoryFileSystem fileSystem = new MemoryFileSystem();
    try (LiveMount live =
        LiveMount.of(carrier(), fileSystem, directory, MountOptions.of("ro").forReading())) {
      assertThat(live.run("touch f 2>&1 || true")).contains("Read-only file system");
      assertThat(live.run("ls")).isEmpty();
    }
  }

  @Test
  void slowSyncsHoldUpNobody() throws Exception {
    CountDownLatch disk = new CountDownLatch(1);
    try (LiveMount live =
        LiveMount.of(carrier(), new HangingSync(disk), directory, MountOptions.of("slow"), 1)) {
      live.run("for i in 1 2 3 4; do echo $i > f$i; done");
      Process syncs = live.start("for i in 1 2 3 4; do sync f$i & done; wait");
      Condition.await("all syncs came", () -> live.served(Operation.FSYNC) == 4);
      assertThat(live.run("cat f1; mkdir d; echo more > f5; cat f5")).isEqualTo("1\nmore");
      assertThat(syncs.isAlive()).isTrue();
      disk.countDown();
      assertThat(syncs.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(syncs.exitValue()).isZero();
    }
  }

  @Test
  void callerOfASlowSyncCanBeKilled() throws Exception {
    carrier().assumeNoLibfuse("signals are not told");
    CountDownLatch disk = new CountDownLatch(1);
    try (LiveMount live = LiveMount.of(carrier(), new HangingSync(disk), directory)) {
      live.run("echo x > f");
      Process sync = live.start("exec sync f");
      Condition.await("the sync came", () -> live.served(Operation.FSYNC) == 1);
      sync.destroyForcibly();
      assertThat(sync.waitFor(60, TimeUnit.SECONDS)).as("the killed caller is gone").isTrue();
      assertThat(disk.getCount()).isEqualTo(1);
      disk.countDown();
    }
  }

  @Test
  void signalThatIsHandledDoesNotBreakASync() throws Exception {
    carrier().assumeNoLibfuse("signals are not told");
    CountDownLatch disk = new CountDownLatch(1);
    try (LiveMount live = LiveMount.of(carrier(), new HangingSync(disk), directory)) {
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
      Condition.await("the signal was told", () -> live.served(Operation.INTERRUPT) == 1);
      disk.countDown();
      assertThat(new String(sync.getInputStream().readAllBytes(), UTF_8).strip())
          .isEqualTo("synced");
    }
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
