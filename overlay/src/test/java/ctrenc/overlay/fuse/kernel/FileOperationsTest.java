package ctrenc.overlay.fuse.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.fuse.CacheMode;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.Entries;
import ctrenc.overlay.sys.ErrorNumber;
import ctrenc.overlay.sys.ExtendedAttributes;
import ctrenc.overlay.sys.FileData;
import ctrenc.overlay.sys.FileStatus;
import ctrenc.overlay.sys.FileSystemStatus;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.sys.Ownership;
import ctrenc.overlay.sys.SystemCallException;
import ctrenc.overlay.sys.TimeSpec;
import ctrenc.overlay.vfs.MemoryFileSystem;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Operations on files over a real mount, each by the system call that causes it and counted where
 * it arrives.
 */
@Tag("kernel")
class FileOperationsTest {

  private static final int MIB = 1 << 20;

  @TempDir Path directory;
  private final MemoryFileSystem fileSystem = new MemoryFileSystem();
  private final Arena arena = Arena.ofAuto();
  private LiveMount live;
  private Descriptor root;

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
    root = live.open(".", OpenFlag.DIRECTORY);
  }

  @AfterEach
  void unmount() throws IOException {
    root.close();
    Condition.await("every open was released", () -> fileSystem.handleCount() == 0);
    live.close();
  }

  @Test
  void openFilesOutliveTheirNames() throws Exception {
    try (Descriptor file = live.create("file")) {
      FileData.write(file, 0, memory(100, 7));
      Entries.unlink(root, name("file"));
      assertThat(FileStatus.of(file).links()).isZero();
      MemorySegment read = arena.allocate(100);
      assertThat(FileData.read(file, 0, read)).isEqualTo(100);
      assertThat(read.get(ValueLayout.JAVA_BYTE, 99)).isEqualTo((byte) 7);
    }
    Condition.await("the inode is forgotten", () -> fileSystem.inodeCount() == 1);
  }

  @Test
  void filesWithoutANameGetOne() throws Exception {
    carrier().assumeNoLibfuse("there is no O_TMPFILE");
    try (Descriptor file = live.open(".", OpenFlag.TEMPORARY_FILE | OpenFlag.READ_WRITE)) {
      FileData.write(file, 0, memory(10, 1));
      Entries.link(file, root, name("named"));
    }
    assertThat(FileStatus.at(root, name("named")).size()).isEqualTo(10);
    assertServed(Operation.TMPFILE, Operation.LINK);
  }

  @Test
  void setattrOfEveryField() throws Exception {
    carrier().assumeNoLibfuse("the time of birth is not told");
    try (Descriptor file = live.create("file")) {
      FileData.write(file, 0, memory(5000, 1));
      FileData.truncate(file, 100);
    }
    Ownership.changeMode(root, name("file"), 06711);
    assertThat(FileStatus.at(root, name("file")).mode()).isEqualTo(0106711);
    Ownership.changeOwner(root, name("file"), 5, 6);
    FileStatus owned = FileStatus.at(root, name("file"));
    assertThat(owned.mode()).as("chown clears set-ID bits").isEqualTo(0100711);
    assertThat(owned.uid()).isEqualTo(5);
    assertThat(owned.gid()).isEqualTo(6);
    Ownership.changeTimes(root, name("file"), new TimeSpec(-2, 1), new TimeSpec(1L << 33, 2));
    FileStatus timed = FileStatus.at(root, name("file"));
    assertThat(timed.accessed()).isEqualTo(new TimeSpec(-2, 1));
    assertThat(timed.modified()).isEqualTo(new TimeSpec(1L << 33, 2));
    assertThat(timed.size()).isEqualTo(100);
    Ownership.changeTimes(root, name("file"), TimeSpec.OMIT, TimeSpec.NOW);
    assertThat(FileStatus.at(root, name("file")).accessed()).isEqualTo(new TimeSpec(-2, 1));
    assertThat(FileStatus.at(root, name("file")).born()).isNotEqualTo(TimeSpec.OMIT);
    assertServed(Operation.SETATTR, Operation.STATX);
  }

  @Test
  void timesSurviveTheWriteBack() throws Exception {
    try (Descriptor file = live.create("file")) {
      FileData.write(file, 0, memory(3 * MIB, 1));
      Ownership.changeTimes(root, name("file"), new TimeSpec(1, 1), new TimeSpec(2, 2));
    }
    live.run("sync -f .");
    assertThat(fileSystem.getattr(FileStatus.at(root, name("file")).inode()).modified().seconds())
        .isEqualTo(2);
  }

  @Test
  void extendedAttributes() throws Exception {
    live.create("file").close();
    Entries.makeSymlink(name("file"), root, name("link"));
    ExtendedAttributes file = ExtendedAttributes.at(live.bytes("file"));
    byte[] big = new byte[65536];
    big[65535] = 3;
    file.set(name("user.big"), big, ExtendedAttributes.CREATE);
    file.set(name("trusted.t"), name("v"), 0);
    file.set(name("security.s"), new byte[0], 0);
    assertThat(file.get(name("user.big")))
        .hasValueSatisfying(value -> assertThat(value).isEqualTo(big));
    assertThat(file.get(name("user.absent"))).isEmpty();
    assertThat(file.list()).hasSize(3);
    assertFails(
        () -> file.set(name("user.big"), big, ExtendedAttributes.CREATE), ErrorNumber.EEXIST);
    file.remove(name("user.big"));
    assertFails(() -> file.remove(name("user.big")), ErrorNumber.ENODATA);
    ExtendedAttributes link = ExtendedAttributes.at(live.bytes("link"));
    link.set(name("trusted.l"), name("on the link"), 0);
    assertThat(link.list()).hasSize(1);
    assertThat(file.list()).hasSize(2);
    assertServed(
        Operation.SETXATTR, Operation.GETXATTR, Operation.LISTXATTR, Operation.REMOVEXATTR);
  }

  @Test
  void holesAreMadeAndFound() throws Exception {
    carrier().assumeNoLibfuse("holes are made but not told");
    try (Descriptor file = live.create("file")) {
      FileData.write(file, 0, memory(65536, 1));
      FileData.truncate(file, MIB);
      FileData.sync(file);
      FileData.allocate(file, FileData.PUNCH_HOLE | FileData.KEEP_SIZE, 0, 32768);
      assertThat(FileData.seekData(file, 0)).isEqualTo(32768);
      assertThat(FileData.seekHole(file, 32768)).isEqualTo(65536);
      assertFails(() -> FileData.seekData(file, 65536), ErrorNumber.ENXIO);
      FileData.allocate(file, FileData.ZERO_RANGE, 32768, 4096);
      FileData.allocate(file, FileData.KEEP_SIZE, MIB, 4096);
      assertThat(FileStatus.of(file).size()).isEqualTo(MIB);
      FileData.allocate(file, 0, MIB, 4096);
      assertThat(FileStatus.of(file).size()).isEqualTo(MIB + 4096);
      MemorySegment read = arena.allocate(65536);
      FileData.read(file, 0, read);
      assertThat(read.get(ValueLayout.JAVA_BYTE, 36863)).isZero();
      assertThat(read.get(ValueLayout.JAVA_BYTE, 36864)).isEqualTo((byte) 1);
    }
    assertServed(Operation.FALLOCATE, Operation.LSEEK);
  }

  @Test
  void rangesAreCopiedByTheServer() throws Exception {
    carrier().assumeNoLibfuse("the kernel copies ranges itself");
    try (Descriptor from = live.create("from");
        Descriptor to = live.create("to")) {
      FileData.write(from, 0, memory(MIB, 5));
      assertThat(FileData.copy(from, 4096, to, 8192, MIB / 2)).isEqualTo(MIB / 2);
      assertThat(FileStatus.of(to).size()).isEqualTo(8192 + MIB / 2);
      MemorySegment read = arena.allocate(1);
      FileData.read(to, 8192, read);
      assertThat(read.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 5);
    }
    assertThat(live.served(Operation.COPY_FILE_RANGE_64) + live.served(Operation.COPY_FILE_RANGE))
        .isPositive();
  }

  @Test
  void syncsFilesAndDirectories() throws Exception {
    try (Descriptor file = live.create("file")) {
      FileData.write(file, 0, memory(10, 1));
      FileData.dataSync(file);
      FileData.sync(file);
    }
    FileData.sync(root);
    assertServed(Operation.FSYNC, Operation.FSYNCDIR, Operation.WRITE);
  }

  @Test
  void tellsItsSize() throws Exception {
    FileSystemStatus status = FileSystemStatus.of(root);
    assertThat(status.type()).isEqualTo(FileSystemStatus.FUSE);
    assertThat(status.blocks()).isEqualTo(1 << 20);
    assertThat(status.availableBlocks()).isEqualTo(1 << 18);
    assertThat(status.nameLength()).isEqualTo(255);
    assertThat(status.freeFiles()).isEqualTo(1 << 15);
    assertServed(Operation.STATFS);
  }

  @Test
  void flagsOfFilesAreNone() throws Exception {
    carrier().assumeNoLibfuse("flags are not asked for");
    live.create("file").close();
    assertThat(live.run("lsattr file")).matches("-+ file");
    assertThat(live.run("chattr +i file 2>&1 || true")).contains("not supported");
    assertThat(live.run("chattr = file")).isEmpty();
    assertServed(Operation.IOCTL);
  }

  private static byte[] name(String text) {
    return text.getBytes(UTF_8);
  }

  private MemorySegment memory(int size, int value) {
    return arena.allocate(size).fill((byte) value);
  }

  private void assertServed(Operation... operations) {
    assertThat(operations)
        .allSatisfy(
            operation -> assertThat(live.served(operation)).as(operation.name()).isPositive());
  }

  private static void assertFails(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable action, int errno) {
    assertThatThrownBy(action)
        .isInstanceOfSatisfying(
            SystemCallException.class, failure -> assertThat(failure.errno()).isEqualTo(errno));
  }
}
