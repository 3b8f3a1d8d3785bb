package ctrenc.overlay.union;

import static ctrenc.overlay.vfs.FileSystemUser.bytes;
import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static ctrenc.overlay.vfs.FileSystemUser.same;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.FileSystemUser;
import ctrenc.overlay.vfs.Name;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Stacks of several layers that all have a say in one inode. */
final class FrozenLayersTest {

  @Test
  void everyLayerShowsThroughTheWindowThatThoseAboveLeave() throws Exception {
    byte[] expected = pattern(1, 1_000_000);
    TestStack stack = new TestStack().below(user -> user.put("/f", pattern(1, 1_000_000)));
    stack.below(user -> user.overwrite("/f", 100_000, pattern(2, 50_000)));
    System.arraycopy(pattern(2, 50_000), 0, expected, 100_000, 50_000);
    stack.below(user -> user.truncate("/f", 400_000));
    stack.below(user -> user.truncate("/f", 2_000_000));
    expected = Arrays.copyOf(Arrays.copyOf(expected, 400_000), 2_000_000);
    stack.below(user -> user.overwrite("/f", 390_000, pattern(3, 20_000)));
    System.arraycopy(pattern(3, 20_000), 0, expected, 390_000, 20_000);
    stack.below(user -> user.chmod("/f", 0600));
    try (OverlayFileSystem fileSystem = stack.open()) {
      FileSystemUser user = new FileSystemUser(fileSystem);
      same(user.read("/f"), expected);
      user.overwrite("/f", 1_999_999, bytes("!"));
      expected[1_999_999] = '!';
      same(user.read("/f"), expected);
      long handle = user.open("/f", FileSystemUser.READ);
      assertThat(fileSystem.lseek(user.inode("/f"), handle, 0, 4)).isEqualTo(410_000);
      assertThat(fileSystem.lseek(user.inode("/f"), handle, 410_000, 3)).isEqualTo(1_999_999);
      fileSystem.release(user.inode("/f"), handle);
    }
  }

  @Test
  void smallFilesChangeAcrossLayers() throws Exception {
    TestStack stack = new TestStack().below(user -> user.put("/f", "hello world"));
    stack.below(user -> user.overwrite("/f", 0, bytes("HELLO")));
    stack.below(user -> user.chmod("/f", 0640));
    stack.below(user -> user.overwrite("/f", 3000, bytes("tail")));
    try (OverlayFileSystem fileSystem = stack.open()) {
      FileSystemUser user = new FileSystemUser(fileSystem);
      byte[] expected = Arrays.copyOf(bytes("HELLO world"), 3004);
      System.arraycopy(bytes("tail"), 0, expected, 3000, 4);
      same(user.read("/f"), expected);
      user.truncate("/f", 7);
      assertThat(user.text("/f")).isEqualTo("HELLO w");
      user.overwrite("/f", 7, bytes("!"));
      assertThat(user.text("/f")).isEqualTo("HELLO w!");
    }
  }

  @Test
  void whiteoutsOfFrozenLayersHideAndAreReplaced() throws Exception {
    TestStack stack =
        new TestStack()
            .below(
                user -> {
                  user.mkdir("/d");
                  user.put("/d/a", "a1");
                  user.put("/d/b", "b1");
                })
            .below(user -> user.unlink("/d/a"));
    stack.below(user -> user.put("/d/a", "a2"));
    stack.below(user -> user.rename("/d/a", "/d/c"));
    try (OverlayFileSystem fileSystem = stack.open()) {
      FileSystemUser user = new FileSystemUser(fileSystem);
      assertThat(user.list("/d")).containsOnlyKeys("b", "c");
      assertThat(user.text("/d/c")).isEqualTo("a2");
      user.unlink("/d/b");
      user.unlink("/d/c");
      user.rmdir("/d");
      assertThat(user.exists("/d")).isFalse();
      user.mkdir("/d");
      assertThat(user.list("/d")).isEmpty();
    }
  }

  @Test
  void directoriesMergeAndMoveAcrossLayers() throws Exception {
    TestStack stack =
        new TestStack()
            .below(
                user -> {
                  user.mkdir("/a");
                  user.mkdir("/a/sub");
                  user.put("/a/sub/one", "1");
                });
    stack.below(user -> user.put("/a/sub/two", "2"));
    stack.below(user -> user.rename("/a/sub", "/moved"));
    stack.below(user -> user.put("/moved/three", "3"));
    try (OverlayFileSystem fileSystem = stack.open()) {
      FileSystemUser user = new FileSystemUser(fileSystem);
      assertThat(user.list("/moved")).containsOnlyKeys("one", "two", "three");
      assertThat(user.list("/a")).isEmpty();
      assertThat(user.text("/moved/one") + user.text("/moved/two") + user.text("/moved/three"))
          .isEqualTo("123");
      assertThat(user.stat("/a").links()).isEqualTo(2);
      long above = fileSystem.lookup(Caller.ROOT, user.inode("/moved"), Name.DOT_DOT).inode();
      assertThat(above).isEqualTo(FileSystem.ROOT);
    }
  }

  @Test
  void extentsOfAFrozenLayerAreCopiedNotShared() throws Exception {
    TestStack stack = new TestStack().below(user -> user.put("/f", pattern(5, 2_000_000)));
    try (OverlayFileSystem fileSystem = stack.open()) {
      FileSystemUser user = new FileSystemUser(fileSystem);
      user.put("/g", "");
      long done = 0;
      while (done < 2_000_000) {
        done +=
            fileSystem.copyFileRange(
                user.inode("/f"), 0, done, user.inode("/g"), 0, done, 2_000_000 - done);
      }
      same(user.read("/g"), pattern(5, 2_000_000));
    }
  }

  @Test
  void inodeNumbersAreNeverUsedTwice() throws Exception {
    TestStack stack = new TestStack().below(user -> user.put("/f", "x"));
    stack.below(user -> user.unlink("/f"));
    try (OverlayFileSystem fileSystem = stack.open()) {
      FileSystemUser user = new FileSystemUser(fileSystem);
      long first = user.put("/g", "y");
      user.unlink("/g");
      assertThat(user.put("/g", "z")).isGreaterThan(first);
    }
  }

  /** A frozen layer with {@code files} in one directory. */
  private static TestStack withFiles(int files) throws Exception {
    return new TestStack()
        .below(
            user -> {
              user.mkdir("/d");
              for (int i = 0; i < files; i++) {
                user.put("/d/f" + i, "x");
              }
            });
  }

  @Test
  void snapshotsOfLittleCostOneReadEachAndNotOneForEachInode() throws Exception {
    int files = 200;
    int layers = 64;
    TestStack stack = withFiles(files);
    for (int i = 0; i < layers; i++) {
      String name = "/new" + i;
      stack.below(user -> user.put(name, "y"));
    }
    try (OverlayFileSystem fileSystem = stack.open()) {
      FileSystemUser user = new FileSystemUser(fileSystem);
      long before = stack.metaCalls();
      for (int i = 0; i < files; i++) {
        assertThat(user.text("/d/f" + i)).isEqualTo("x");
      }
      assertThat(user.text("/new0") + user.text("/new63")).isEqualTo("yy");
      assertThat(stack.metaCalls() - before)
          .as("a read of each layer's numbers, and at most two for each file")
          .isLessThan(layers + 2L * files + 20);
    }
  }

  @Test
  void snapshotsThatAllChangedADirectoryCostOneReadEachAndNotOneForEachName() throws Exception {
    int files = 200;
    int layers = 64;
    TestStack stack = withFiles(files);
    for (int i = 0; i < layers; i++) {
      int layer = i;
      stack.below(
          user -> {
            user.put("/d/new" + layer, "y");
            user.unlink("/d/f" + layer);
          });
    }
    try (OverlayFileSystem fileSystem = stack.open()) {
      FileSystemUser user = new FileSystemUser(fileSystem);
      long before = stack.metaCalls();
      for (int i = 0; i < files; i++) {
        assertThat(user.exists("/d/f" + i)).isEqualTo(i >= layers);
      }
      assertThat(user.text("/d/new0") + user.text("/d/new63")).isEqualTo("yy");
      assertThat(stack.metaCalls() - before)
          .as("two scans and the directory of each layer, and at most three reads for each file")
          .isLessThan(3L * layers + 3L * files);
    }
  }
}
