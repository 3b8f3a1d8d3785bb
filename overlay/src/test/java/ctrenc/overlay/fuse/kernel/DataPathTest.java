package ctrenc.overlay.fuse.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.fuse.CacheMode;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.FileData;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.sys.Pages;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.MemoryFileSystem;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bytes through a real mount: their size, their truth, and many threads at once. */
@Tag("kernel")
class DataPathTest {

  private static final int MIB = 1 << 20;

  @TempDir Path directory;
  private final Watched fileSystem = new Watched();
  private LiveMount live;

  CacheMode mode() {
    return CacheMode.WRITEBACK;
  }

  /** How requests come. */
  Carrier carrier() {
    return Carrier.DEVICE;
  }

  @BeforeEach
  void mount() throws IOException {
    live = LiveMount.of(carrier(), fileSystem, directory, mode());
  }

  @AfterEach
  void unmount() throws IOException {
    live.close();
  }

  /** The most bytes of one request. */
  int largest() {
    return MIB;
  }

  @Test
  void requestsAreLarge() throws Exception {
    try (Arena arena = Arena.ofShared();
        Descriptor file =
            live.open("file", OpenFlag.CREATE | OpenFlag.READ_WRITE | OpenFlag.DIRECT)) {
      MemorySegment source = Pages.allocate(4 * MIB, arena);
      fill(source, new Random(1));
      FileData.write(file, 0, source);
      MemorySegment target = Pages.allocate(4 * MIB, arena);
      assertThat(FileData.read(file, 0, target)).isEqualTo(4 * MIB);
      assertThat(target.mismatch(source)).isEqualTo(-1);
    }
    assertThat(fileSystem.largestWrite).hasValue(largest());
    assertThat(fileSystem.largestRead).hasValue(largest());
    assertThat(live.served(Operation.READ)).isEqualTo(4 * MIB / largest());
    assertThat(live.served(Operation.WRITE)).isEqualTo(4 * MIB / largest());
  }

  @Test
  void gatheredWritesAndReadAheadAreLarge() throws Exception {
    live.run(
        "dd if=/dev/urandom of=file bs=1000 count=16000 conv=fsync 2>&1 && cksum < file > ../sum");
    assertThat(fileSystem.largestWrite).hasValue(mode() == CacheMode.WRITEBACK ? largest() : 1000);
    assertWrites(100, 16_000);
    live.mount().invalidateInode(live.run("stat -c %i file").transform(Long::parseLong), 0, 0);
    assertThat(live.run("cksum < file | diff - ../sum && echo same; rm ../sum")).isEqualTo("same");
    assertThat(fileSystem.largestRead.get()).isGreaterThanOrEqualTo(largest() / 2);
  }

  @Test
  void writesAreGatheredUntilTheFileIsClosedOrComeAtOnce() throws Exception {
    live.run(
        "i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done > file; test $(wc -l < file) = 2000");
    assertWrites(50, 2000);
    assertThat(fileSystem.timedWrites.get() > 0).isEqualTo(mode() == CacheMode.IMAGE);
  }

  @Test
  void mappedMemoryIsCoherent() throws Exception {
    Path file = live.path("file");
    Files.write(file, new byte[MIB]);
    try (Arena arena = Arena.ofShared();
        FileChannel channel =
            FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MemorySegment mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, MIB, arena);
      mapped.fill((byte) 9);
      mapped.force();
    }
    assertThat(Files.readAllBytes(file)).containsOnly(9);
  }

  @Test
  void bytesNotYetSentAreNoHole() throws Exception {
    carrier().assumeNoLibfuse("holes are not told");
    try (Arena arena = Arena.ofShared();
        Descriptor file = live.open("file", OpenFlag.CREATE | OpenFlag.READ_WRITE)) {
      FileData.write(file, MIB, Pages.allocate(MIB, arena).fill((byte) 1));
      assertThat(live.served(Operation.WRITE) == 0).isEqualTo(mode() == CacheMode.WRITEBACK);
      assertThat(FileData.seekData(file, 0)).isEqualTo(MIB);
      assertThat(FileData.seekHole(file, MIB)).isEqualTo(2 * MIB);
      FileData.write(file, 8 * MIB, Pages.allocate(MIB, arena).fill((byte) 1));
      assertThat(FileData.seekData(file, 2 * MIB)).isEqualTo(8 * MIB);
    }
  }

  @Test
  void programsRun() throws Exception {
    assertThat(live.run("cp /bin/echo tool && ./tool it runs")).isEqualTo("it runs");
  }

  @Test
  void eightThreadsSeeTheirOwnBytes() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    List<Callable<Void>> tasks = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      int number = i;
      tasks.add(() -> exercise(number, new Random(seed + number)));
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(tasks.size())) {
      for (Future<Void> result : threads.invokeAll(tasks)) {
        result.get();
      }
    }
    assertThat(live.run("ls | wc -l")).isEqualTo("0");
    Condition.await("all inodes are forgotten", () -> fileSystem.inodeCount() == 1);
  }

  /**
   * Makes, fills, moves, checks and removes files that share a directory with those of other
   * threads.
   */
  private Void exercise(int number, Random random) throws IOException {
    for (int round = 0; round < 60; round++) {
      byte[] bytes = new byte[random.nextInt(300_000)];
      random.nextBytes(bytes);
      Path first = live.path("t" + number + "-" + round);
      Path second = live.path("m" + number + "-" + round);
      Files.write(first, bytes);
      Files.createLink(live.path("l" + number + "-" + round), first);
      Files.move(first, second);
      assertThat(Files.readAllBytes(second)).isEqualTo(bytes);
      try (FileChannel channel = FileChannel.open(second, StandardOpenOption.WRITE)) {
        channel.truncate(bytes.length / 2);
        channel.force(random.nextBoolean());
      }
      assertThat(Files.size(second)).isEqualTo(Math.min(bytes.length, bytes.length / 2));
      Files.delete(second);
      Files.delete(live.path("l" + number + "-" + round));
    }
    return null;
  }

  @Test
  void notificationsMakeTheKernelAskAgain() throws Exception {
    carrier().assumeNoLibfuse("requests are not counted");
    live.create("file").close();
    long inode = live.run("stat -c %i file").transform(Long::parseLong);
    long lookups = live.served(Operation.LOOKUP);
    live.mount().invalidateEntry(1, Name.of("file"));
    live.run("stat file");
    assertThat(live.served(Operation.LOOKUP)).isEqualTo(lookups + 1);
    live.mount().invalidateEntry(1, Name.of("never seen"));
    live.mount().invalidateInode(inode, -1, 0);
    long before = live.served(Operation.GETATTR) + live.served(Operation.STATX);
    live.run("stat file");
    assertThat(live.served(Operation.GETATTR) + live.served(Operation.STATX)).isGreaterThan(before);
  }

  /**
   * Where the kernel gathers writes they are fewer than the calls, else as many, and one more for
   * each page's end within a call.
   */
  private void assertWrites(int fewerThan, int calls) {
    if (mode() == CacheMode.WRITEBACK) {
      assertThat(live.served(Operation.WRITE)).isLessThan(fewerThan);
    } else {
      assertThat(live.served(Operation.WRITE)).isBetween((long) calls, 2L * calls);
    }
  }

  private static void fill(MemorySegment memory, Random random) {
    byte[] bytes = new byte[(int) memory.byteSize()];
    random.nextBytes(bytes);
    MemorySegment.copy(MemorySegment.ofArray(bytes), 0, memory, 0, bytes.length);
  }

  /** Notes how large the requests are. */
  private static final class Watched extends MemoryFileSystem {

    private final AtomicLong largestRead = new AtomicLong();
    private final AtomicLong largestWrite = new AtomicLong();

    /** Those that move the file's times, which the kernel does not keep then. */
    private final AtomicLong timedWrites = new AtomicLong();

    @Override
    public synchronized int read(long inode, long handle, long offset, MemorySegment target)
        throws ErrnoException {
      largestRead.accumulateAndGet(target.byteSize(), Math::max);
      return super.read(inode, handle, offset, target);
    }

    @Override
    public synchronized int write(
        long inode, long handle, long offset, MemorySegment source, boolean kill)
        throws ErrnoException {
      timedWrites.incrementAndGet();
      largestWrite.accumulateAndGet(source.byteSize(), Math::max);
      return super.write(inode, handle, offset, source, kill);
    }

    @Override
    public synchronized int writeBack(
        long inode, long handle, long offset, MemorySegment source, boolean kill)
        throws ErrnoException {
      largestWrite.accumulateAndGet(source.byteSize(), Math::max);
      return super.writeBack(inode, handle, offset, source, kill);
    }
  }
}
