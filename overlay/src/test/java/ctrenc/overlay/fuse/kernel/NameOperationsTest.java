package ctrenc.overlay.fuse.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.fuse.CacheMode;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.DeviceNumber;
import ctrenc.overlay.sys.DirectoryEntry;
import ctrenc.overlay.sys.DirectoryReader;
import ctrenc.overlay.sys.Entries;
import ctrenc.overlay.sys.ErrorNumber;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.FileStatus;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.sys.SystemCallException;
import ctrenc.overlay.vfs.MemoryFileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Operations on names over a real mount, each by the system call that causes it and counted where
 * it arrives.
 */
@Tag("kernel")
class NameOperationsTest {

  @TempDir Path directory;
  private final MemoryFileSystem fileSystem = new MemoryFileSystem();
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
  void mountSaysWhatItIs() throws Exception {
    String line = live.run("grep \" $0 \" /proc/mounts");
    assertThat(line)
        .startsWith("test ")
        .contains(" fuse.ctr-enc ", "allow_other", "default_permissions")
        .doesNotContain("nosuid", "nodev");
    assertThat(live.mount().connection()).isEqualTo(FileStatus.of(root).deviceMinor());
    Path readAhead = Path.of("/sys/class/bdi/0:" + live.mount().connection() + "/read_ahead_kb");
    assertThat(Files.readString(readAhead).strip()).isEqualTo("1024");
    assertThat(live.mount().isServing()).isTrue();
  }

  @Test
  void nodesOfEveryKind() throws Exception {
    Entries.makeNode(root, name("fifo"), 0010600, 0);
    Entries.makeNode(root, name("socket"), 0140600, 0);
    Entries.makeNode(root, name("whiteout"), 0020000, 0);
    int device = DeviceNumber.encode(1, 3);
    Entries.makeNode(root, name("null"), 0020666, device);
    assertThat(FileStatus.at(root, name("null")).rdev()).isEqualTo(device);
    assertThat(live.run("echo gone > null && cat null")).isEmpty();
    assertThat(FileStatus.at(root, name("whiteout")).mode()).isEqualTo(0020000);
    Entries.makeDirectory(root, name("dir"), 0755);
    assertThat(FileStatus.of(root).links()).isEqualTo(3);
    assertServed(Operation.MKNOD, Operation.MKDIR);
  }

  @Test
  void symlinksOfGreatestLength() throws Exception {
    byte[] target = name("x".repeat(4095));
    Entries.makeSymlink(target, root, name("link"));
    assertThat(Entries.readLink(root, name("link"))).isEqualTo(target);
    assertThat(FileStatus.at(root, name("link")).size()).isEqualTo(4095);
    assertServed(Operation.SYMLINK, Operation.READLINK);
  }

  @Test
  void namesOfGreatestLength() throws Exception {
    live.create("n".repeat(255)).close();
    assertFails(() -> live.create("n".repeat(256)), ErrorNumber.ENAMETOOLONG);
    byte[] noText = {(byte) 0xff, (byte) 0x80};
    FileOpener.open(root, noText, OpenFlag.CREATE | OpenFlag.WRITE_ONLY, 0600).close();
    assertThat(DirectoryReader.list(root))
        .anySatisfy(entry -> assertThat(entry.name()).isEqualTo(noText));
    assertServed(Operation.CREATE, Operation.RELEASE, Operation.FLUSH, Operation.LOOKUP);
  }

  @Test
  void absentNamesAreRemembered() throws Exception {
    for (int i = 0; i < 10; i++) {
      assertFails(() -> FileStatus.at(root, name("absent")), ErrorNumber.ENOENT);
    }
    assertThat(live.served(Operation.LOOKUP)).isEqualTo(1);
    live.create("absent").close();
    assertThat(FileStatus.at(root, name("absent")).links()).isEqualTo(1);
  }

  @Test
  void attributesAreRemembered() throws Exception {
    carrier().assumeNoLibfuse("attributes are asked for each time");
    live.create("file").close();
    FileStatus.at(root, name("file"));
    long before =
        live.served(Operation.GETATTR)
            + live.served(Operation.LOOKUP)
            + live.served(Operation.STATX);
    for (int i = 0; i < 100; i++) {
      Files.readAttributes(live.path("file"), "unix:*");
    }
    assertThat(
            live.served(Operation.GETATTR)
                + live.served(Operation.LOOKUP)
                + live.served(Operation.STATX))
        .isEqualTo(before);
  }

  @Test
  void removedNamesAreGone() throws Exception {
    live.create("file").close();
    Entries.makeDirectory(root, name("dir"), 0755);
    Entries.link(root, name("file"), root, name("dir/second"));
    assertThat(FileStatus.at(root, name("file")).links()).isEqualTo(2);
    assertFails(() -> Entries.removeDirectory(root, name("dir")), ErrorNumber.ENOTEMPTY);
    Entries.unlink(root, name("dir/second"));
    Entries.removeDirectory(root, name("dir"));
    Entries.unlink(root, name("file"));
    assertThat(DirectoryReader.list(root)).isEmpty();
    assertServed(Operation.LINK, Operation.UNLINK, Operation.RMDIR);
  }

  @Test
  void renamesWithEveryFlag() throws Exception {
    carrier().assumeNoLibfuse("renames have no flags");
    live.create("a").close();
    live.create("b").close();
    assertFails(
        () -> Entries.rename(root, name("a"), root, name("b"), Entries.NO_REPLACE),
        ErrorNumber.EEXIST);
    long inode = FileStatus.at(root, name("a")).inode();
    Entries.rename(root, name("a"), root, name("b"), Entries.EXCHANGE);
    assertThat(FileStatus.at(root, name("b")).inode()).isEqualTo(inode);
    Entries.rename(root, name("b"), root, name("c"), Entries.WHITEOUT);
    assertThat(FileStatus.at(root, name("b")).mode()).isEqualTo(0020000);
    Entries.rename(root, name("c"), root, name("a"), 0);
    assertThat(DirectoryReader.list(root)).hasSize(2);
    assertServed(Operation.RENAME, Operation.RENAME2);
  }

  @Test
  void listingsOfAnySize() throws Exception {
    int count = 5000;
    for (int i = 0; i < count; i++) {
      live.create("entry-with-a-long-name-" + i).close();
    }
    List<DirectoryEntry> entries;
    try (Descriptor listing = live.open(".", OpenFlag.DIRECTORY)) {
      entries = DirectoryReader.list(listing);
    }
    assertThat(entries.stream().map(entry -> new String(entry.name(), UTF_8)).distinct())
        .hasSize(count);
    assertThat(live.run("ls -la | wc -l")).isEqualTo(Integer.toString(count + 3));
    assertThat(live.run("find . -type f | wc -l")).isEqualTo(Integer.toString(count));
    assertThat(live.run("rm entry-*-1 && ls | wc -l")).isEqualTo(Integer.toString(count - 1));
    live.run("rm -f entry-*");
    Condition.await("unlinked inodes are forgotten", () -> fileSystem.inodeCount() == 1);
  }

  @Test
  void listingsAreKept() throws Exception {
    carrier().assumeNoLibfuse("directories are opened, and listed each time");
    live.run("touch a b c && ls -l");
    long asked = live.served(Operation.READDIRPLUS);
    assertThat(live.run("ls | wc -l")).isEqualTo("3");
    assertThat(live.served(Operation.READDIRPLUS)).isEqualTo(asked).isPositive();
    assertThat(live.served(Operation.OPENDIR) + live.served(Operation.RELEASEDIR)).isOne();
  }

  @Test
  void parentsAreFoundFromWithin() throws Exception {
    Entries.makeDirectory(root, name("outer"), 0755);
    Entries.makeDirectory(root, name("outer/inner"), 0755);
    try (Descriptor inner = live.open("outer/inner", OpenFlag.DIRECTORY)) {
      assertThat(FileStatus.at(inner, name("..")).inode())
          .isEqualTo(FileStatus.at(root, name("outer")).inode());
    }
  }

  /** As NFS servers and backup tools do: by a handle that outlives what the kernel remembers. */
  @Test
  void fileHandlesOpenAgain() throws Exception {
    carrier().assumeNoLibfuse("file handles end with the kernel's memory");
    live.run("mkdir d && echo found > d/file");
    String script =
        """
        import ctypes, os, sys
        libc = ctypes.CDLL(None, use_errno=True)
        handle = ctypes.create_string_buffer(136)
        ctypes.memmove(handle, (128).to_bytes(4, "little"), 4)
        mount = ctypes.c_int()
        assert libc.name_to_handle_at(-100, b"d/file", handle, ctypes.byref(mount), 0) == 0
        os.sync()
        open("/proc/sys/vm/drop_caches", "w").write("2")
        root = os.open(".", os.O_RDONLY)
        file = libc.open_by_handle_at(root, handle, os.O_RDONLY)
        assert file >= 0, os.strerror(ctypes.get_errno())
        sys.stdout.write(os.read(file, 100).decode())
        """;
    assertThat(live.run("python3 -c '" + script + "'")).isEqualTo("found");
  }

  private static byte[] name(String text) {
    return text.getBytes(UTF_8);
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
