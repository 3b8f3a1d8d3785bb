package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static ctrenc.overlay.vfs.FileSystemUser.refused;
import static ctrenc.overlay.vfs.FileSystemUser.same;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Snapshots of a subvolume with all that is nested in it. */
@Timeout(120)
class RecursiveSnapshotTest extends NestedRootCase {

  private static final int ALICE = 1000;

  /** A root with one in another in it, each with a file that says where it is. */
  private void createTwoDeep() throws Exception {
    nest.createTwoDeep();
    write("before");
  }

  private void write(String text) throws Exception {
    for (String path : List.of("/f", "/a/f", "/a/d/b/f")) {
      nest.user().put(path, text);
    }
  }

  private UUID snapshot(String name) throws IOException {
    return nest.store().snapshots().createRecursive(nest.root(), name).id();
  }

  private static void holds(FileSystem fileSystem, String text) throws Exception {
    FileSystemUser user = new FileSystemUser(fileSystem);
    for (String path : List.of("/f", "/a/f", "/a/d/b/f")) {
      assertThat(user.text(path)).as(path).isEqualTo(text);
    }
  }

  @Test
  void whatIsNestedShowsAtItsPlaceAndIsOnlyRead() throws Exception {
    createTwoDeep();
    long inode = nest.user().inode("/a/d/b/f");
    UUID id = snapshot("s");
    write("after");
    assertThat(nest.store().snapshots().parts(id)).isEqualTo(2);
    try (FileSystem frozen = nest.store().snapshots().open(id)) {
      holds(frozen, "before");
      FileSystemUser user = new FileSystemUser(frozen);
      assertThat(user.inode("/a/d/b/f")).isEqualTo(inode);
      refused(Errno.EROFS, () -> user.put("/a/f", "x"));
      refused(Errno.EROFS, () -> user.put("/a/d/b/new", "x"));
      refused(Errno.EROFS, () -> user.rmdir("/a/d/b"));
      refused(Errno.EROFS, () -> user.rename("/a", "/z"));
      refused(Errno.ENOENT, () -> user.stat("/a/.ctr-enc"));
      assertThat(HiddenUser.root(frozen).list("/a/d")).containsExactly("b");
      assertThatThrownBy(() -> nest.store().snapshots().remove(id))
          .isInstanceOf(InUseException.class);
    }
    holds(nest.fileSystem(), "after");
    nest.store().snapshots().remove(id);
    assertThat(nest.store().snapshots().list()).isEmpty();
    assertThat(nest.store().check().problems()).isEmpty();
  }

  @Test
  void openFilesGoOnInAllOfThem() throws Exception {
    createTwoDeep();
    long inode = nest.user().inode("/a/d/b/f");
    long handle = nest.user().open("/a/d/b/f", FileSystemUser.WRITE);
    UUID id = snapshot("s");
    nest.user().write(inode, handle, 0, FileSystemUser.bytes("AFTER!"));
    nest.user().close(inode, handle);
    assertThat(nest.user().text("/a/d/b/f")).isEqualTo("AFTER!");
    try (FileSystem frozen = nest.store().snapshots().open(id)) {
      holds(frozen, "before");
    }
  }

  /** Counters in three subvolumes, no later one ever ahead: nor is it in any snapshot. */
  @Test
  void noLaterWriteIsInWithoutAnEarlierOne() throws Exception {
    createTwoDeep();
    List<UUID> made = new ArrayList<>();
    AtomicBoolean stop = new AtomicBoolean();
    try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
      Future<?> writer = threads.submit(() -> countUp(stop));
      for (int i = 0; i < 20; i++) {
        made.add(snapshot("s" + i));
      }
      stop.set(true);
      writer.get(60, TimeUnit.SECONDS);
    }
    for (UUID id : made) {
      try (FileSystem frozen = nest.store().snapshots().open(id)) {
        FileSystemUser user = new FileSystemUser(frozen);
        long first = count(user.text("/a/d/b/f"));
        long second = count(user.text("/f"));
        assertThat(second).isBetween(first - 1, first);
        assertThat(count(user.text("/a/f"))).isBetween(first - 1, second);
      }
    }
  }

  private long countUp(AtomicBoolean stop) throws Exception {
    long count = 0;
    for (; !stop.get(); count++) {
      for (String path : List.of("/a/d/b/f", "/f", "/a/f")) {
        nest.user().overwrite(path, 0, FileSystemUser.bytes("%08d".formatted(count)));
      }
    }
    return count;
  }

  private static long count(String text) {
    return text.equals("before") ? -1 : Long.parseLong(text);
  }

  @Test
  void aForkHasFromThenOnItsOwn() throws Exception {
    createTwoDeep();
    nest.user().chown("/a", ALICE, ALICE);
    UUID id = snapshot("s");
    write("after");
    UUID fork = nest.store().snapshots().fork(id, "fork", List.of(NestedRoot.machineKey())).id();
    nest.store().snapshots().remove(id);
    try (FileSystem forked = nest.store().subvolumes().open(fork)) {
      holds(forked, "before");
      FileSystemUser user = new FileSystemUser(forked);
      assertThat(user.stat("/a").uid()).isEqualTo(ALICE);
      user.put("/a/d/b/f", "forked");
      HiddenUser.root(forked).mkdir("/a/d/b/.ctr-enc/subvolumes/c");
      String key = HiddenUser.root(forked).text("/a/.ctr-enc/info");
      assertThat(NestedRoot.lineOf(key, "key"))
          .isNotEqualTo(NestedRoot.lineOf(nest.hidden().text("/a/.ctr-enc/info"), "key"));
    }
    holds(nest.fileSystem(), "after");
    nest.fileSystem().close();
    nest.store().subvolumes().destroy(nest.root());
    nest.restart();
    nest.store().subvolumes().unlock(fork, List.of(NestedRoot.machineKey()));
    try (FileSystem forked = nest.store().subvolumes().open(fork)) {
      assertThat(new FileSystemUser(forked).text("/a/d/b/f")).isEqualTo("forked");
    }
    nest.store().subvolumes().destroy(fork);
    assertThat(nest.segmentFolders()).isZero();
  }

  @Test
  void itIsThereAfterARestartAndOpensWithTheRoot() throws Exception {
    createTwoDeep();
    nest.fileSystem().close();
    UUID closed = snapshot("closed");
    nest.restart();
    UUID locked = snapshot("locked");
    nest.store().subvolumes().unlock(nest.root(), List.of(NestedRoot.machineKey()));
    nest.use();
    write("after");
    for (UUID id : List.of(closed, locked)) {
      try (FileSystem frozen = nest.store().snapshots().open(id)) {
        holds(frozen, "before");
      }
    }
    holds(nest.fileSystem(), "after");
  }

  @Test
  void lockedOnesAreInItToo() throws Exception {
    createTwoDeep();
    UUID a = nest.tree().nested().getFirst().id();
    nest.tree().lock(a);
    UUID id = snapshot("s");
    nest.tree().unlock(a);
    write("after");
    try (FileSystem frozen = nest.store().snapshots().open(id)) {
      holds(frozen, "before");
    }
    holds(nest.fileSystem(), "after");
  }

  @Test
  void whoeverOwnsASubvolumeMakesOneFromInside() throws Exception {
    createTwoDeep();
    nest.user().chown("/a", ALICE, ALICE);
    refused(Errno.EPERM, () -> nest.hidden().as(ALICE).mkdir("/.ctr-enc/recursive-snapshots/s"));
    nest.hidden().as(ALICE).mkdir("/a/d/.ctr-enc/recursive-snapshots/s");
    assertThat(nest.hidden().list("/a/.ctr-enc/snapshots")).containsExactly("s");
    assertThat(nest.hidden().list("/a/d/b/.ctr-enc/recursive-snapshots")).containsExactly("s");
    assertThat(nest.hidden().list("/.ctr-enc/snapshots")).isEmpty();
    refused(Errno.EEXIST, () -> nest.hidden().mkdir("/.ctr-enc/recursive-snapshots/s"));
    assertThat(nest.hidden().list("/.ctr-enc/snapshots")).isEmpty();
    nest.hidden().as(ALICE).rmdir("/a/.ctr-enc/recursive-snapshots/s");
    assertThat(nest.hidden().list("/a/d/b/.ctr-enc/snapshots")).isEmpty();
  }

  @Test
  void whatIsDestroyedIsInNoSnapshotAnyMore() throws Exception {
    createTwoDeep();
    nest.user().put("/a/d/b/big", pattern(1, 50_000));
    UUID id = snapshot("s");
    try (FileSystem frozen = nest.store().snapshots().open(id)) {
      FileSystemUser user = new FileSystemUser(frozen);
      same(user.read("/a/d/b/big"), pattern(1, 50_000));
      long inode = user.inode("/a/d/b/big");
      nest.hidden().rmdir("/.ctr-enc/subvolumes/a");
      refused(Errno.ESTALE, () -> user.read(inode, 0, 0, 10));
      assertThat(user.text("/f")).isEqualTo("before");
      assertThat(user.list("/a")).isEmpty();
      assertThat(nest.store().check().problems()).isEmpty();
    }
    try (FileSystem frozen = nest.store().snapshots().open(id)) {
      assertThat(new FileSystemUser(frozen).list("/a")).isEmpty();
    }
    nest.store().snapshots().remove(id);
  }
}
