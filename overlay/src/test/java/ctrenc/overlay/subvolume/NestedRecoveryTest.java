package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.WRITE;
import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static ctrenc.overlay.vfs.FileSystemUser.refused;
import static ctrenc.overlay.vfs.FileSystemUser.same;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.crypto.protector.Protector;
import ctrenc.overlay.ring.RootMemory;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystemUser;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The process that shows a root dies, and another goes on with its memory and what is nested in it.
 * What holds: what was taken is there, what was open goes on, numbers and keys stay, what was
 * locked stays so, and of what is gone nothing is left.
 */
@Timeout(120)
class NestedRecoveryTest {

  @TempDir Path temporary;
  private DyingNest nest;

  @BeforeEach
  void open() throws IOException {
    nest = new DyingNest(temporary);
  }

  @AfterEach
  void close() throws IOException {
    nest.close();
  }

  private void nest(String path) throws ErrnoException {
    int last = path.lastIndexOf('/');
    nest.hidden().mkdir(path.substring(0, last) + "/.ctr-enc/subvolumes" + path.substring(last));
  }

  private String keyOf(String path) throws ErrnoException {
    return NestedRoot.lineOf(nest.hidden().text(path + "/.ctr-enc/info"), "key");
  }

  @Test
  void throwawayOnesGoOn() throws Exception {
    nest.create();
    goOn();
  }

  @Test
  void keptOnesGoOn() throws Exception {
    nest.create(NestedRoot.machineKey());
    goOn();
  }

  private void goOn() throws Exception {
    nest("/a");
    nest("/a/b");
    nest.user().put("/f", "root");
    long inode = nest.user().put("/a/b/f", pattern(1, 100));
    long handle = nest.user().open("/a/b/f", WRITE);
    nest.user().write(inode, handle, 50, pattern(2, 70_000));
    long gone = nest.user().put("/a/gone", pattern(3, 10));
    long open = nest.user().open("/a/gone", WRITE);
    nest.fileSystem().lookup(Caller.ROOT, nest.user().inode("/a"), Name.of("gone"));
    nest.user().unlink("/a/gone");
    String key = keyOf("/a/b");
    for (int i = 0; i < 2; i++) {
      nest.die();
      byte[] expected = Arrays.copyOf(pattern(1, 100), 70_050);
      System.arraycopy(pattern(2, 70_000), 0, expected, 50, 70_000);
      same(nest.user().read("/a/b/f"), expected);
      assertThat(nest.user().inode("/a/b/f")).isEqualTo(inode);
      assertThat(keyOf("/a/b")).isEqualTo(key);
      assertThat(nest.user().text("/f")).isEqualTo("root");
      same(nest.user().read(gone, open, 0, 20), pattern(3, 10));
      nest.user().write(inode, handle, 50, pattern(2, 10));
    }
    nest.user().close(inode, handle);
    leaveNothing();
  }

  private void leaveNothing() throws Exception {
    nest("/a/c");
    nest.hidden().rmdir("/.ctr-enc/subvolumes/a");
    assertThat(nest.memory().nested().all()).isEmpty();
    nest.die();
    assertThat(nest.hidden().list("/")).containsExactly("f");
    assertThat(nest.tree().nested()).isEmpty();
  }

  @Test
  void randomWritesInTheirOrder() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    nest.create();
    nest("/a");
    nest("/a/b");
    List<String> paths = List.of("/f", "/a/f", "/a/b/f");
    byte[][] models = new byte[3][200_000];
    long[] handles = new long[3];
    for (int i = 0; i < 3; i++) {
      nest.user().put(paths.get(i), models[i]);
      handles[i] = nest.user().open(paths.get(i), WRITE);
    }
    for (int round = 0; round < 120; round++) {
      int i = random.nextInt(3);
      byte[] bytes = pattern(round, 1 + random.nextInt(random.nextInt(4) == 0 ? 100_000 : 2_000));
      int at = random.nextInt(models[i].length - bytes.length);
      nest.user().write(nest.user().inode(paths.get(i)), handles[i], at, bytes);
      System.arraycopy(bytes, 0, models[i], at, bytes.length);
      if (random.nextInt(25) == 0) {
        nest.die();
        for (int j = 0; j < 3; j++) {
          same(nest.user().read(paths.get(j)), models[j], "seed " + seed);
        }
      }
    }
  }

  @Test
  void whoIsLockedAloneStaysSo() throws Exception {
    nest.create(NestedRoot.machineKey());
    nest("/a");
    nest("/b");
    nest.user().put("/a/f", "secret");
    nest.user().put("/b/f", "open");
    UUID id = nest.hidden().idOf("/a");
    nest.store().subvolumes().lockNested(id);
    nest.die();
    refused(Errno.ENOKEY, () -> nest.user().read("/a/f"));
    assertThat(nest.user().text("/b/f")).isEqualTo("open");
    nest.store().subvolumes().unlockNested(id, List.of());
    nest.die();
    assertThat(nest.user().text("/a/f")).isEqualTo("secret");
  }

  @Test
  void whoIsLockedBeforeItsRootIsShownStaysSo() throws Exception {
    nest.create(NestedRoot.machineKey());
    nest("/a");
    UUID id = nest.hidden().idOf("/a");
    nest.fileSystem().close();
    nest.store().subvolumes().lockNested(id);
    nest.show(RootMemory.create());
    nest.die();
    refused(Errno.ENOKEY, () -> nest.user().mkdir("/a/d"));
  }

  @Test
  void whoHasProtectorsOfItsOwnStaysUnlocked() throws Exception {
    nest.create(NestedRoot.machineKey());
    nest("/a");
    nest.user().put("/a/f", "secret");
    UUID id = nest.hidden().idOf("/a");
    Protector own = NestedRoot.secret(5);
    nest.store().protectors().add(id, List.of(own));
    nest.die();
    assertThat(nest.user().text("/a/f")).isEqualTo("secret");
    nest.store().subvolumes().lockNested(id);
    nest.store().subvolumes().unlockNested(id, List.of(own));
    nest.die();
    assertThat(nest.user().text("/a/f")).isEqualTo("secret");
  }

  @Test
  void placesAreNotGivenAgain() throws Exception {
    nest.create();
    nest("/a");
    long inode = nest.user().inode("/a");
    nest.hidden().rmdir("/.ctr-enc/subvolumes/a");
    nest.die();
    nest("/a");
    assertThat(nest.user().inode("/a")).isNotEqualTo(inode);
    refused(Errno.ESTALE, () -> nest.fileSystem().getattr(inode));
  }

  @Test
  void hiddenDirectoriesThatAreKnownGoOn() throws Exception {
    nest.create();
    nest("/a");
    long hidden = nest.hidden().walk("/a/.ctr-enc/subvolumes").inode();
    long forgotten = nest.hidden().walk("/.ctr-enc/info").inode();
    nest.fileSystem().forget(forgotten, 1);
    nest.die();
    nest.fileSystem().mkdir(Caller.ROOT, hidden, Name.of("b"), 0755, 0);
    assertThat(nest.user().stat("/a/b").isDirectory()).isTrue();
    refused(Errno.ESTALE, () -> nest.fileSystem().getattr(forgotten));
    assertThat(nest.hidden().walk("/.ctr-enc/forks").inode()).isGreaterThan(forgotten);
    nest.fileSystem().forget(hidden, 100);
    refused(Errno.ESTALE, () -> nest.fileSystem().getattr(hidden));
  }

  @Test
  void nothingOfTheLockedOrDestroyedWaits() throws Exception {
    nest.create(NestedRoot.machineKey());
    nest("/a");
    nest("/b");
    for (String path : List.of("/a/f", "/b/f")) {
      long inode = nest.user().put(path, "");
      nest.user().write(inode, nest.user().open(path, WRITE), 0, pattern(1, 5_000));
    }
    nest.tree().lock(nest.hidden().idOf("/a"));
    nest.hidden().rmdir("/.ctr-enc/subvolumes/b");
    assertThat(nest.memory().log().used()).isZero();
    nest.memory()
        .handles()
        .forEach((number, inode, mark) -> assertThat(inode).isLessThan(1L << 42));
    nest.die();
    assertThat(nest.user().exists("/b")).isFalse();
  }

  @Test
  void oneThatIsUnlockedAgainBeginsAnew() throws Exception {
    nest.create(NestedRoot.machineKey());
    nest("/a");
    nest.user().put("/a/f", "old");
    nest.die();
    UUID id = nest.hidden().idOf("/a");
    FileSystemUser user = nest.user();
    user.put("/f", "waits");
    nest.tree().lock(id);
    nest.tree().unlock(id);
    assertThat(user.text("/a/f")).isEqualTo("old");
    user.put("/a/f", "new");
    nest.die();
    assertThat(nest.user().text("/a/f")).isEqualTo("new");
    assertThat(nest.user().text("/f")).isEqualTo("waits");
  }
}
