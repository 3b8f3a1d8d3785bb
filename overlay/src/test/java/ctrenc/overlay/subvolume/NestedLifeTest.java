package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static ctrenc.overlay.vfs.FileSystemUser.refused;
import static ctrenc.overlay.vfs.FileSystemUser.same;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.FileSystemUser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How long nested subvolumes and their keys live: destroyed, locked, over restarts. */
@Timeout(120)
class NestedLifeTest extends NestedRootCase {

  @Test
  void oneCallDestroysATreeAndLeavesTheParentWhole() throws Exception {
    nest.create(NestedRoot.machineKey());
    nest.hidden().mkdir("/.ctr-enc/subvolumes/a");
    nest.hidden().mkdir("/a/.ctr-enc/subvolumes/b");
    nest.hidden().mkdir("/a/b/.ctr-enc/subvolumes/c");
    nest.user().put("/a/b/c/deep", pattern(1, 10_000));
    nest.user().put("/whole", "parent");
    long inode = nest.user().inode("/a/b/c/deep");
    long handle = nest.user().open("/a/b/c/deep", FileSystemUser.READ);
    nest.hidden().rmdir("/.ctr-enc/subvolumes/a");
    refused(Errno.ESTALE, () -> nest.user().read(inode, handle, 0, 10));
    assertThat(nest.user().list("/")).containsOnlyKeys("whole");
    assertThat(nest.user().text("/whole")).isEqualTo("parent");
    assertThat(nest.segmentFolders()).isZero();
    try (Stream<Path> keys = Files.list(temporary.resolve("state/keys"))) {
      assertThat(keys).hasSize(1);
    }
  }

  @Test
  void keptOnesOpenWithTheirParentAfterARestart() throws Exception {
    nest.create(NestedRoot.machineKey());
    nest.hidden().mkdir("/.ctr-enc/subvolumes/a");
    nest.hidden().mkdir("/a/.ctr-enc/subvolumes/b");
    nest.user().put("/a/b/f", pattern(1, 10_000));
    long number = nest.user().inode("/a/b/f");
    nest.fileSystem().close();
    nest.restart();
    assertThat(nest.store().subvolumes().list()).hasSize(1);
    nest.store().subvolumes().unlock(nest.root(), List.of(NestedRoot.machineKey()));
    nest.use();
    same(nest.user().read("/a/b/f"), pattern(1, 10_000));
    assertThat(nest.user().inode("/a/b/f")).isEqualTo(number);
    nest.fileSystem().close();
    nest.store().subvolumes().lock(nest.root());
    assertThat(nest.store().check().unread()).isEqualTo(3);
    nest.store().subvolumes().destroy(nest.root());
    assertThat(nest.segmentFolders()).isZero();
  }

  @Test
  void throwawayOnesAreGoneAfterARestart() throws Exception {
    nest.create();
    nest.hidden().mkdir("/.ctr-enc/subvolumes/a");
    nest.user().put("/a/f", "x");
    nest.fileSystem().close();
    nest.restart();
    assertThat(nest.store().subvolumes().list()).isEmpty();
    assertThat(nest.segmentFolders()).isZero();
  }

  @Test
  void aChildIsLockedAlone() throws Exception {
    nest.create(NestedRoot.machineKey());
    nest.hidden().mkdir("/.ctr-enc/subvolumes/a");
    nest.user().put("/a/f", "secret");
    nest.user().put("/f", "open");
    UUID child = nest.tree().nested().getFirst().id();
    nest.tree().lock(child);
    refused(Errno.ENOKEY, () -> nest.user().read("/a/f"));
    assertThat(nest.user().stat("/a").isDirectory()).isTrue();
    assertThat(nest.hidden().list("/")).containsExactlyInAnyOrder("a", "f");
    assertThat(nest.user().text("/f")).isEqualTo("open");
    refused(Errno.ENOKEY, () -> nest.user().rmdir("/a"));
    nest.tree().unlock(child);
    assertThat(nest.user().text("/a/f")).isEqualTo("secret");
  }

  /** One in one, and another one beside them; returns the outer one. */
  private UUID createThree() throws Exception {
    nest.create(NestedRoot.machineKey());
    nest.hidden().mkdir("/.ctr-enc/subvolumes/a");
    nest.hidden().mkdir("/a/.ctr-enc/subvolumes/b");
    nest.hidden().mkdir("/.ctr-enc/subvolumes/c");
    nest.user().put("/a/b/f", "secret");
    nest.user().put("/c/f", "open");
    return nest.tree().nested().getFirst().id();
  }

  @Test
  void oneLockedAloneStaysSoUntilItIsUnlocked() throws Exception {
    UUID child = createThree();
    nest.store().subvolumes().lockNested(child);
    refused(Errno.ENOKEY, () -> nest.user().read("/a/b/f"));
    assertThat(nest.user().text("/c/f")).isEqualTo("open");
    nest.fileSystem().close();
    nest.store().subvolumes().lock(nest.root());
    nest.store().subvolumes().unlock(nest.root(), List.of(NestedRoot.machineKey()));
    nest.use();
    refused(Errno.ENOKEY, () -> nest.user().read("/a/b/f"));
    assertThat(nest.hidden().list("/")).containsExactlyInAnyOrder("a", "c");
    nest.store().subvolumes().unlockNested(child, List.of());
    assertThat(nest.user().text("/a/b/f")).isEqualTo("secret");
  }

  @Test
  void partsOfSnapshotsAreLockedWithIt() throws Exception {
    UUID child = createThree();
    UUID snapshot = nest.store().snapshots().createRecursive(nest.root(), "s").id();
    try (FileSystem frozen = nest.store().snapshots().open(snapshot)) {
      FileSystemUser user = new FileSystemUser(frozen);
      assertThat(user.text("/a/b/f")).isEqualTo("secret");
      nest.store().subvolumes().lockNested(child);
      refused(Errno.ENOKEY, () -> user.read("/a/b/f"));
      assertThat(user.text("/c/f")).isEqualTo("open");
    }
    try (FileSystem frozen = nest.store().snapshots().open(snapshot)) {
      FileSystemUser user = new FileSystemUser(frozen);
      refused(Errno.ENOKEY, () -> user.read("/a/b/f"));
      nest.store().subvolumes().unlockNested(child, List.of());
      assertThat(user.text("/a/b/f")).isEqualTo("secret");
    }
  }

  @Test
  void hundredShortLivedOnesLeaveNothing() throws Exception {
    nest.create();
    Set<String> keys = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      nest.hidden().mkdir("/.ctr-enc/subvolumes/c");
      nest.user().put("/c/f", pattern(i, 5_000));
      keys.add(NestedRoot.lineOf(nest.hidden().text("/c/.ctr-enc/info"), "key"));
      nest.hidden().rmdir("/.ctr-enc/subvolumes/c");
    }
    assertThat(keys).hasSize(100);
    assertThat(nest.user().list("/")).isEmpty();
    assertThat(nest.segmentFolders()).isZero();
    assertThat(nest.tree().nested()).isEmpty();
  }
}
