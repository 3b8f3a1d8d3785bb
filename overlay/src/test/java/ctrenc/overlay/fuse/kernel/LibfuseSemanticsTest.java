package ctrenc.overlay.fuse.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.Entries;
import ctrenc.overlay.sys.ErrorNumber;
import ctrenc.overlay.sys.FileData;
import ctrenc.overlay.sys.FileStatus;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.sys.SystemCallException;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.MemoryFileSystem;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What libfuse 2 does in its own way, as SEMANTICS.md has it. */
@Tag("kernel")
class LibfuseSemanticsTest {

  @TempDir Path directory;
  private final MemoryFileSystem fileSystem = new MemoryFileSystem();
  private LiveMount live;
  private Descriptor root;

  @BeforeEach
  void mount() throws IOException {
    live = LiveMount.of(Carrier.LIBFUSE, fileSystem, directory);
    root = live.open(".", OpenFlag.DIRECTORY);
  }

  @AfterEach
  void unmount() throws IOException {
    root.close();
    Condition.await("every open was released", () -> fileSystem.handleCount() == 0);
    live.close();
  }

  @Test
  void namesOfOneFileAgree() throws Exception {
    live.run("echo one > file && ln file other && cat file other");
    assertThat(live.run("echo more >> file; stat -c '%s %h' other; cat other"))
        .isEqualTo("9 2\none\nmore");
    assertThat(live.run("stat -c %i file")).isEqualTo(live.run("stat -c %i other"));
  }

  @Test
  void openFilesAreNotInTheWayOfTheirDirectory() throws Exception {
    live.run("mkdir d && echo inside > d/file");
    try (Descriptor file = live.open("d/file", OpenFlag.READ_WRITE)) {
      live.run("rm d/file; ls -a d | grep hidden && exit 1; rmdir d");
      try (Arena arena = Arena.ofConfined()) {
        assertThat(FileData.read(file, 0, arena.allocate(100))).isEqualTo(7);
      }
      assertThatThrownBy(() -> FileStatus.of(file))
          .as("libfuse has no path for it")
          .isInstanceOf(SystemCallException.class);
    }
    Condition.await("both inodes are forgotten", () -> fileSystem.inodeCount() == 1);
  }

  @Test
  void openFilesAreReplaced() throws Exception {
    live.run("echo old > file && echo new > other");
    try (Descriptor file = live.open("file", OpenFlag.READ_ONLY)) {
      live.run("mv other file");
      assertThat(live.run("cat file; ls -a | wc -l")).isEqualTo("new\n3");
      assertThat(FileStatus.of(file).links()).isZero();
    }
    Condition.await("the old one is forgotten", () -> fileSystem.inodeCount() == 2);
  }

  @Test
  void renamesTakeNoFlags() throws Exception {
    live.run("echo a > a && echo b > b");
    refused(() -> Entries.rename(root, name("a"), root, name("b"), Entries.EXCHANGE));
    refused(() -> Entries.rename(root, name("a"), root, name("c"), Entries.NO_REPLACE));
    refused(() -> Entries.rename(root, name("a"), root, name("c"), Entries.WHITEOUT));
    Entries.rename(root, name("a"), root, name("b"), 0);
    assertThat(live.run("cat b; ls")).isEqualTo("a\nb");
  }

  @Test
  void accessListsAreRefused() throws Exception {
    assertThat(live.run("touch f; setfacl -m u:65534:r f 2>&1 || true")).contains("not supported");
    assertThat(live.run("getfacl -ncp f")).isEqualTo("user::rw-\ngroup::r--\nother::r--");
  }

  @Test
  void holesAreMadeButNotTold() throws Exception {
    try (Descriptor file = live.create("file");
        Arena arena = Arena.ofConfined()) {
      FileData.write(file, 0, arena.allocate(65536).fill((byte) 1));
      FileData.allocate(file, FileData.PUNCH_HOLE | FileData.KEEP_SIZE, 0, 32768);
      assertThat(FileData.seekData(file, 0)).isZero();
    }
    assertThat(live.run("head -c 32768 file | tr -d '\\0' | wc -c")).isEqualTo("0");
  }

  @Test
  void keptBytesAreDroppedWhenTold() throws Exception {
    live.run("echo kept > file && cat file");
    long asked = live.served(Operation.READ);
    assertThat(live.run("cat file; cat file")).isEqualTo("kept\nkept");
    assertThat(live.served(Operation.READ)).isEqualTo(asked);
    long inode = fileSystem.lookup(Caller.ROOT, 1, Name.of("file")).inode();
    fileSystem.forget(inode, 1);
    live.mount().invalidateInode(inode, 0, 0);
    assertThat(live.run("cat file")).isEqualTo("kept");
    assertThat(live.served(Operation.READ)).isGreaterThan(asked);
  }

  @Test
  void namesAreLookedUpAgainWhenTold() throws Exception {
    live.run("mkdir d");
    String absent = keptAbsent();
    live.mount().invalidateEntry(parent(), Name.of(absent));
    assertThat(live.run("stat -c %F d/" + absent)).isEqualTo("directory");
  }

  /**
   * A name whose absence the kernel keeps, although it is there by now. It does so for a second
   * alone, in which a busy machine may not come to ask: then there is another one.
   */
  private String keptAbsent() throws Exception {
    for (int i = 0; ; i++) {
      String name = "absent" + i;
      live.run("stat d/" + name + " 2>/dev/null; true");
      fileSystem.mkdir(Caller.ROOT, parent(), Name.of(name), 0755, 0);
      if (live.run("stat -c %F d/" + name + " 2>&1 || true").contains("No such file")) {
        return name;
      }
    }
  }

  private long parent() throws Exception {
    long inode = fileSystem.lookup(Caller.ROOT, 1, Name.of("d")).inode();
    fileSystem.forget(inode, 1);
    return inode;
  }

  private static void refused(ThrowingCallable rename) {
    assertThatThrownBy(rename)
        .isInstanceOfSatisfying(
            SystemCallException.class, e -> assertThat(e.errno()).isEqualTo(ErrorNumber.EINVAL));
  }

  private static byte[] name(String text) {
    return text.getBytes(UTF_8);
  }
}
