package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static ctrenc.overlay.vfs.FileSystemUser.refused;
import static ctrenc.overlay.vfs.FileSystemUser.same;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.vfs.CollectingSink;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.FileSystemUser;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Subvolumes nested in others, as the hidden directory makes and shows them. */
@Timeout(120)
class NestingTest extends NestedRootCase {

  private static final int ALICE = 1000;

  @Test
  void nestedOnesHoldWhatIsWrittenAtAnyDepthAndNumbersAreUnique() throws Exception {
    nest.create();
    String path = "";
    Set<Long> numbers = new HashSet<>(Set.of(FileSystem.ROOT));
    for (int depth = 1; depth <= 3; depth++) {
      nest.user().mkdir(path + "/d");
      nest.hidden().mkdir(path + "/d/.ctr-enc/subvolumes/n");
      path += "/d/n";
      nest.user().put(path + "/file", pattern(depth, 100_000));
      assertThat(numbers.add(nest.user().inode(path))).isTrue();
      assertThat(numbers.add(nest.user().inode(path + "/file"))).isTrue();
    }
    same(nest.user().read("/d/n/d/n/d/n/file"), pattern(3, 100_000));
    same(nest.user().read("/d/n/file"), pattern(1, 100_000));
    assertThat(nest.user().list("/d")).containsEntry("n", nest.user().inode("/d/n"));
    assertThat(nest.hidden().list("/d")).containsExactly("n");
    assertThat(nest.hidden().list("/d/.ctr-enc/subvolumes")).containsExactly("n");
    assertThat(nest.tree().nested()).hasSize(3);
    assertThat(nest.hidden().walk("/d/n/d/n/..").inode()).isEqualTo(nest.user().inode("/d/n/d"));
    assertThat(nest.store().subvolumes().list()).hasSize(1);
  }

  @Test
  void belongsToWhoMadeItAndItsKeyIsItsOwn() throws Exception {
    nest.create();
    nest.user().mkdir("/home");
    nest.user().chown("/home", ALICE, ALICE);
    nest.hidden().as(ALICE).mkdir("/home/.ctr-enc/subvolumes/mine");
    assertThat(nest.user().stat("/home/mine").uid()).isEqualTo(ALICE);
    assertThat(nest.hidden().walk("/home/.ctr-enc/subvolumes").uid()).isEqualTo(ALICE);
    assertThat(nest.hidden().walk("/.ctr-enc/subvolumes").uid()).isZero();
    String inside = nest.hidden().text("/home/mine/.ctr-enc/info");
    String outside = nest.hidden().text("/home/.ctr-enc/info");
    assertThat(inside).contains("parent " + nest.root()).contains("owner " + ALICE);
    assertThat(NestedRoot.lineOf(inside, "key")).isNotEqualTo(NestedRoot.lineOf(outside, "key"));
    refused(Errno.EPERM, () -> nest.hidden().as(ALICE).mkdir("/home/.ctr-enc/snapshots/s"));
    refused(Errno.EPERM, () -> nest.hidden().as(ALICE).mkdir("/home/.ctr-enc/forks/f"));
    nest.hidden().as(ALICE).mkdir("/home/mine/.ctr-enc/snapshots/s");
    assertThat(nest.hidden().list("/home/mine/.ctr-enc/snapshots")).containsExactly("s");
    assertThat(nest.hidden().walk("/home/.ctr-enc/subvolumes").mode())
        .isEqualTo(FileMode.DIRECTORY | 01755);
    nest.hidden().as(ALICE).rmdir("/home/.ctr-enc/subvolumes/mine");
    assertThat(nest.user().exists("/home/mine")).isFalse();
  }

  @Test
  void forkGoesOnFromWhatTheSubvolumeHolds() throws Exception {
    nest.create();
    nest.user().put("/shared", pattern(1, 50_000));
    nest.hidden().mkdir("/.ctr-enc/forks/copy");
    same(nest.user().read("/copy/shared"), pattern(1, 50_000));
    nest.user().put("/copy/shared", "other");
    nest.user().put("/later", "x");
    same(nest.user().read("/shared"), pattern(1, 50_000));
    assertThat(nest.user().exists("/copy/later")).isFalse();
    assertThat(nest.user().list("/copy/copy")).isEmpty();
    refused(Errno.ENOENT, () -> nest.hidden().mkdir("/.ctr-enc/images/none/n"));
    assertThat(nest.user().exists("/n")).isFalse();
  }

  @Test
  void nothingCrossesTheBorder() throws Exception {
    nest.create();
    nest.hidden().mkdir("/.ctr-enc/subvolumes/n");
    nest.user().put("/f", "x");
    nest.user().put("/n/g", "y");
    refused(Errno.EXDEV, () -> nest.user().rename("/f", "/n/f"));
    refused(Errno.EXDEV, () -> nest.user().link("/n/g", "/g"));
    refused(Errno.EXDEV, () -> nest.user().rename("/f", "/n/g", FileSystem.RENAME_EXCHANGE));
    nest.user().mkdir("/empty");
    refused(Errno.EBUSY, () -> nest.user().rename("/empty", "/n"));
    refused(Errno.ENOTEMPTY, () -> nest.user().rmdir("/n"));
    refused(Errno.EPERM, () -> nest.user().mkdir("/.ctr-enc"));
    nest.user().rename("/n", "/empty/moved");
    assertThat(nest.user().text("/empty/moved/g")).isEqualTo("y");
    assertThat(nest.hidden().list("/empty/.ctr-enc/subvolumes")).containsExactly("moved");
    nest.user().unlink("/empty/moved/g");
    nest.user().rmdir("/empty/moved");
    assertThat(nest.tree().nested()).isEmpty();
    assertThat(nest.user().list("/empty")).isEmpty();
    assertThat(nest.segmentFolders()).isZero();
  }

  @Test
  void snapshotOfTheParentHasAnEmptyDirectory() throws Exception {
    nest.create();
    nest.hidden().mkdir("/.ctr-enc/subvolumes/a");
    nest.user().put("/a/f", "x");
    nest.hidden().mkdir("/.ctr-enc/snapshots/s");
    UUID snapshot = nest.store().snapshots().find(nest.root(), "s").orElseThrow().id();
    try (FileSystem frozen = nest.store().snapshots().open(snapshot)) {
      assertThat(new FileSystemUser(frozen).list("/a")).isEmpty();
    }
    nest.hidden().rmdir("/.ctr-enc/snapshots/s");
    assertThat(nest.store().snapshots().list()).isEmpty();
  }

  @Test
  void aListingThatEndedEarlyIsNotShownAgain() throws Exception {
    nest.create();
    for (int i = 0; i < 10; i++) {
      nest.user().put("/f" + i, "x");
    }
    nest.fileSystem().readdir(FileSystem.ROOT, 0, false, new CollectingSink(3));
    nest.user().unlink("/f9");
    assertThat(nest.user().list("/")).hasSize(9);
  }
}
