package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static ctrenc.overlay.vfs.FileSystemUser.refused;
import static ctrenc.overlay.vfs.FileSystemUser.same;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.ring.NestedMembers.Entry;
import ctrenc.overlay.ring.NestedMembers.State;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The process that shows a root dies in the middle of making or destroying what is nested. What
 * holds: what is asked for again is not done twice, and of what is gone nothing is left.
 */
@Timeout(120)
class NestedReplayTest {

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

  @Test
  void whatWasDoneIsNotDoneAgain() throws Exception {
    nest.create(NestedRoot.machineKey());
    nest("/a");
    nest.user().put("/a/f", "x");
    UUID id = nest.hidden().idOf("/a");
    nest.die();
    assertThat(nest.again().mkdir("/.ctr-enc/subvolumes/a").isDirectory()).isTrue();
    assertThat(nest.hidden().idOf("/a")).isEqualTo(id);
    refused(Errno.EEXIST, () -> nest.hidden().mkdir("/.ctr-enc/subvolumes/a"));
    nest.hidden().mkdir("/.ctr-enc/recursive-snapshots/s");
    nest.again().mkdir("/.ctr-enc/recursive-snapshots/s");
    nest.again().mkdir("/.ctr-enc/snapshots/s");
    nest.hidden().rmdir("/.ctr-enc/snapshots/s");
    nest.again().rmdir("/.ctr-enc/snapshots/s");
    refused(Errno.ENOENT, () -> nest.hidden().rmdir("/.ctr-enc/snapshots/s"));
    nest.user().rename("/a", "/moved");
    FileSystem again = nest.fileSystem();
    again.rename(
        nest.again().caller(), FileSystem.ROOT, Name.of("a"), FileSystem.ROOT, Name.of("moved"), 0);
    nest.hidden().rmdir("/.ctr-enc/subvolumes/moved");
    nest.again().rmdir("/.ctr-enc/subvolumes/moved");
    refused(Errno.ENOENT, () -> nest.hidden().rmdir("/.ctr-enc/subvolumes/moved"));
  }

  @Test
  void whatIsInTheWayOfOneThatIsMadeAgainStays() throws Exception {
    nest.create();
    nest.user().mkdir("/anchor", 0);
    nest.user().chmod("/anchor", 0);
    nest.user().mkdir("/other");
    nest.user().put("/file", "x");
    refused(Errno.EEXIST, () -> nest.again().mkdir("/.ctr-enc/subvolumes/other"));
    refused(Errno.EEXIST, () -> nest.again().mkdir("/.ctr-enc/subvolumes/file"));
    nest.again().mkdir("/.ctr-enc/subvolumes/anchor");
    assertThat(nest.hidden().list("/.ctr-enc/subvolumes")).containsExactly("anchor");
  }

  @Test
  void whoseKeyIsLostLeavesNothing() throws Exception {
    nest.create();
    nest("/a");
    nest("/b");
    nest.user().put("/a/f", pattern(1, 10_000));
    nest.user().put("/b/f", pattern(2, 10_000));
    nest.fileSystem().sync();
    UUID id = nest.hidden().idOf("/a");
    Entry known = nest.memory().nested().find(id).orElseThrow();
    nest.memory().nested().put(new Entry(id, State.OPEN, known.anchor(), new byte[0]));
    nest.die();
    assertThat(nest.hidden().list("/")).containsExactly("b");
    assertThat(nest.segmentFolders()).isEqualTo(1);
    assertThat(nest.memory().nested().all()).hasSize(1);
    same(nest.user().read("/b/f"), pattern(2, 10_000));
  }

  @Test
  void anchorsOfTheDestroyedGo() throws Exception {
    nest.create();
    nest.user().mkdir("/d");
    nest.user().mkdir("/d/empty");
    nest.user().mkdir("/d/full");
    nest.user().put("/d/full/f", "x");
    for (String name : List.of("/d/empty", "/d/full")) {
      long anchor = nest.user().inode(name);
      Entry left = new Entry(UUID.randomUUID(), State.ENDING, anchor, new byte[0]);
      nest.memory().nested().put(left);
    }
    nest.die();
    assertThat(nest.user().list("/d")).containsOnlyKeys("full");
    assertThat(nest.memory().nested().all()).isEmpty();
  }
}
