package ctrenc.overlay.union;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.FileSystemUser;
import ctrenc.overlay.vfs.Name;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What single operations ask of the stores, counted and not timed: a step more than is stated here
 * is a step that somebody has to mean.
 */
final class WorkTest {

  private static final int MIB = 1 << 20;
  private static final int PAGE = 4096;
  private static final int MANY = 100;

  /**
   * Calls of the records' store (reads, scans, commits, syncs), commits of the upper among them,
   * and extents that were written and read.
   */
  private record Work(long records, long batches, long appends, long reads) {

    static final Work NONE = new Work(0, 0, 0, 0);

    Work since(Work before) {
      return new Work(
          records - before.records,
          batches - before.batches,
          appends - before.appends,
          reads - before.reads);
    }
  }

  private TestStack stack;
  private OverlayFileSystem fileSystem;
  private FileSystemUser user;

  @BeforeEach
  void open() throws Exception {
    stack = new TestStack();
    // Nothing is sealed by the clock, and no access time is stored later: both would count at a
    // time of their own.
    UnionOptions options = stack.options();
    stack.with(
        new UnionOptions(
            options.disk(),
            8 * MIB,
            64L * MIB,
            Duration.ofHours(1),
            false,
            false,
            options.memory(),
            options.closed()));
    fileSystem = stack.open();
    user = new FileSystemUser(fileSystem);
    user.mkdir("/d");
    user.put("/d/warm", "the session of records has begun");
  }

  @AfterEach
  void close() {
    fileSystem.close();
  }

  private Work work() {
    return new Work(
        stack.metaCalls(),
        stack.upper().batches(),
        stack.upper().appends(),
        stack.upperExtents().reads());
  }

  private Work of(FileSystemUser.Call call) throws Exception {
    Work before = work();
    call.run();
    return work().since(before);
  }

  /** All that was cached is forgotten, as after a start. */
  private void reopen() throws Exception {
    fileSystem.close();
    stack.forgetCaches();
    fileSystem = stack.open();
    user = new FileSystemUser(fileSystem);
  }

  @Test
  void whatIsKnownIsNotReadAgain() throws Exception {
    long directory = user.inode("/d");
    long file = user.inode("/d/warm");
    Name name = Name.of("warm");
    Name absent = Name.of("absent");
    assertThat(of(() -> fileSystem.lookup(Caller.ROOT, directory, name))).isEqualTo(Work.NONE);
    assertThat(of(() -> fileSystem.getattr(file))).isEqualTo(Work.NONE);
    assertThat(user.exists("/d/absent")).isFalse();
    assertThat(
            of(
                () ->
                    FileSystemUser.refused(
                        Errno.ENOENT, () -> fileSystem.lookup(Caller.ROOT, directory, absent))))
        .isEqualTo(Work.NONE);
  }

  @Test
  void firstLookup() throws Exception {
    reopen();
    assertThat(user.exists("/d/nothing")).isFalse();
    long directory = user.inode("/d");
    assertThat(of(() -> fileSystem.lookup(Caller.ROOT, directory, Name.of("warm"))))
        .as("the entry and the inode are one read")
        .isEqualTo(records(1));
  }

  @Test
  void names() throws Exception {
    user.put("/d/page", pattern(1, PAGE));
    user.put("/d/other", "x");
    long directory = user.inode("/d");
    Name name = Name.of("new");
    assertThat(
            of(
                () -> {
                  var made = fileSystem.create(Caller.ROOT, directory, name, 0644, 0, 1);
                  fileSystem.release(0, made.file().handle());
                }))
        .isEqualTo(new Work(2, 1, 0, 0));
    assertThat(of(() -> user.mkdir("/d/sub"))).isEqualTo(new Work(2, 1, 0, 0));
    // A name that goes, and what goes with it, is read for the state root of the layer.
    assertThat(of(() -> user.rename("/d/page", "/d/page2"))).isEqualTo(new Work(3, 1, 0, 0));
    assertThat(of(() -> user.rename("/d/page2", "/d/other"))).isEqualTo(new Work(3, 1, 0, 0));
    assertThat(of(() -> user.chmod("/d/other", 0600))).isEqualTo(new Work(1, 1, 0, 0));
    assertThat(of(() -> user.unlink("/d/other"))).isEqualTo(new Work(3, 1, 0, 0));
  }

  @Test
  void contents() throws Exception {
    assertThat(of(() -> user.put("/d/small", "a few bytes")))
        .as("few bytes lie in the record")
        .isEqualTo(new Work(3, 2, 0, 0));
    assertThat(of(() -> user.put("/d/page", pattern(1, PAGE))))
        .as("a page is one extent")
        .isEqualTo(new Work(3, 2, 1, 0));
    // A page more would fill an extent, which another thread may seal before the file is closed.
    assertThat(of(() -> user.put("/d/large", pattern(1, MIB - PAGE))))
        .as("nearly a MiB too")
        .isEqualTo(new Work(3, 2, 1, 0));
    long inode = user.inode("/d/large");
    long handle = user.open("/d/large", FileSystemUser.READ);
    assertThat(of(() -> user.read(inode, handle, 8 * PAGE, PAGE))).isEqualTo(new Work(0, 0, 0, 1));
    user.close(inode, handle);
    assertThat(of(() -> fileSystem.fsync(inode, 0, false)))
        .as("one sync of the records, which those who wait together share")
        .isEqualTo(records(1));
  }

  @Test
  void listings() throws Exception {
    for (int i = 0; i < MANY; i++) {
      user.mknod("/d/n" + i, 0100644, 0);
    }
    fileSystem.fsync(user.inode("/d/warm"), 0, false);
    assertThat(of(() -> assertThat(user.list("/d")).hasSize(MANY + 1)))
        .as("one scan, however many names")
        .isEqualTo(records(1));
  }

  @Test
  void firstReads() throws Exception {
    user.put("/d/small", "x");
    user.put("/d/large", pattern(1, MIB));
    reopen();
    assertThat(user.exists("/d/nothing")).isFalse();
    assertThat(of(() -> user.read("/d/small"))).isEqualTo(records(1));
    assertThat(of(() -> user.read("/d/large", 8 * PAGE, PAGE)))
        .as("its name with its inode, its map of extents; and the extent")
        .isEqualTo(new Work(2, 0, 0, 1));
  }

  private static Work records(long calls) {
    return new Work(calls, 0, 0, 0);
  }
}
