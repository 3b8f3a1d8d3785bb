package ctrenc.overlay.fuse.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.fuse.MountOptions;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.MemoryFileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many mounts of one transport: they share its threads, and none keeps them from the others. */
@Tag("kernel")
class ManyMountsTest {

  private static final int MANY = 120;
  private static final int WORKERS = 2;
  private static final int BLOCKED = 6;

  @TempDir Path directory;

  private Set<Thread> earlierThreads;
  private Carrier.LiveTransport transport;
  private final List<KernelMount> mounts = new ArrayList<>();

  @BeforeEach
  void begin() throws IOException {
    earlierThreads = threads();
    transport = carrier().transport(WORKERS);
  }

  private Path mount(FileSystem fileSystem) throws IOException {
    Path place = Files.createDirectory(directory.resolve("m" + mounts.size()));
    mounts.add(transport.mount(fileSystem, place, MountOptions.of("many")));
    return place;
  }

  @AfterEach
  void unmount() throws IOException {
    try (Carrier.LiveTransport ending = transport) {
      for (KernelMount mount : mounts) {
        mount.unmount(Duration.ofSeconds(10));
      }
    }
  }

  /** How requests come. */
  Carrier carrier() {
    return Carrier.DEVICE;
  }

  /** Threads of the transport that wait for requests. */
  int workers() {
    return WORKERS + 1;
  }

  /** Descriptors of /dev/fuse that a mount takes. */
  long descriptorsOfMount() {
    return WORKERS;
  }

  @Test
  void idleMountsCostNoThreadAndFewDescriptors() throws Exception {
    mount(new MemoryFileSystem());
    long descriptors = descriptors();
    for (int i = 1; i < MANY; i++) {
      mount(new MemoryFileSystem());
    }
    // One that helped for a moment, as on a machine with other work, leaves when it is idle.
    Condition.await("mounts have no threads of their own", () -> ownThreads() == workers());
    assertThat(descriptors() - descriptors).isEqualTo((MANY - 1) * descriptorsOfMount());
    for (int i = 0; i < MANY; i++) {
      assertThat(shell("echo " + i + " > m" + i + "/f && cat m" + i + "/f"))
          .isEqualTo(Integer.toString(i));
    }
    for (KernelMount mount : mounts) {
      mount.unmount(Duration.ofSeconds(10));
      assertThat(mount.isServing()).isFalse();
    }
    assertThat(descriptors()).isEqualTo(descriptors - descriptorsOfMount());
    assertThat(shell("echo again > " + mount(new MemoryFileSystem()) + "/f && echo done"))
        .isEqualTo("done");
  }

  @Test
  void rootWhoseReadsWaitHoldsUpNoOther() throws Exception {
    CountDownLatch disk = new CountDownLatch(1);
    MemoryFileSystem waiting = new HangingReads(disk);
    mount(waiting);
    mount(new MemoryFileSystem());
    List<Process> readers = new ArrayList<>();
    try {
      for (int i = 0; i < BLOCKED; i++) {
        shell("echo " + i + " > m0/f" + i + " && sync m0/f" + i);
        readers.add(start("exec dd if=m0/f" + i + " iflag=direct status=none"));
      }
      KernelMount blocked = mounts.getFirst();
      Condition.await("all reads came", () -> blocked.served(Operation.READ) == BLOCKED);
      assertThat(shell("for i in 1 2 3; do echo $i > m1/f$i; cat m1/f$i; done; ls m1 | wc -l"))
          .isEqualTo("1\n2\n3\n3");
      assertThat(readers).allMatch(Process::isAlive);
    } finally {
      disk.countDown();
    }
    for (int i = 0; i < BLOCKED; i++) {
      assertThat(readers.get(i).waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(new String(readers.get(i).getInputStream().readAllBytes()).strip())
          .isEqualTo(Integer.toString(i));
    }
  }

  @Test
  void busyRootLeavesOthersTheirTurn() throws Exception {
    mount(new MemoryFileSystem());
    mount(new MemoryFileSystem());
    String busy = "while :; do stat -c %s --cached=never m0 m0 m0 m0 > /dev/null || exit 0; done";
    List<Process> callers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      callers.add(start(busy));
    }
    try {
      KernelMount flooded = mounts.getFirst();
      Condition.await("the flood came", () -> flooded.served(Operation.GETATTR) > 100);
      long before = flooded.served(Operation.GETATTR);
      String made = shell("for i in $(seq 50); do echo $i > m1/f$i; done; ls m1 | wc -l");
      assertThat(made).isEqualTo("50");
      assertThat(flooded.served(Operation.GETATTR)).isGreaterThan(before);
    } finally {
      callers.forEach(Process::destroyForcibly);
      for (Process caller : callers) {
        caller.waitFor();
      }
    }
  }

  private Process start(String script) throws IOException {
    return new ProcessBuilder("sh", "-c", "cd \"$0\" && " + script, directory.toString())
        .redirectErrorStream(true)
        .start();
  }

  private String shell(String script) throws Exception {
    Process process = start(script);
    String text = new String(process.getInputStream().readAllBytes()).strip();
    assertThat(process.waitFor()).as("%s%n%s", script, text).isZero();
    return text;
  }

  /** Those of this test's transport; an earlier one's may still be about to end. */
  private long ownThreads() {
    return threads().stream().filter(thread -> !earlierThreads.contains(thread)).count();
  }

  private static Set<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().matches("fuse-(\\d+|ring-\\d+|reserve-.*)"))
        .collect(Collectors.toSet());
  }

  private static long descriptors() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.filter(ManyMountsTest::isDevice).count();
    }
  }

  private static boolean isDevice(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).equals(Connection.DEVICE);
    } catch (IOException closedMeanwhile) {
      return false;
    }
  }
}
