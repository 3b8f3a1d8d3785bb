package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystem.ROOT;
import static ctrenc.overlay.vfs.FileSystemUser.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.nest.Nesting;
import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.FileSystemUser;
import ctrenc.overlay.vfs.Name;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Snapshots that are read from inside of their subvolume, by its hidden directories. */
@Timeout(120)
class EnteredSnapshotTest extends NestedRootCase {

  private static final String SNAPSHOT = "/.ctr-enc/snapshots/s";
  private static final Name D = Name.of("d");

  /** A root with one in another in it, each with a file in a directory, and all of it in "s". */
  private void createTwoDeep() throws Exception {
    nest.createTwoDeep();
    nest.user().mkdir("/d");
    write("before");
    nest.hidden().mkdir("/.ctr-enc/recursive-snapshots/s");
    write("after!");
  }

  private void write(String text) throws Exception {
    for (String path : List.of("/d/f", "/a/d/f", "/a/d/b/f")) {
      nest.user().put(path, text);
    }
  }

  private String text(String path) throws ErrnoException {
    return nest.hidden().text(path);
  }

  @Test
  void eachDirectoryShowsItselfAsItWas() throws Exception {
    createTwoDeep();
    for (String directory : List.of("", "/d")) {
      String rest = directory.isEmpty() ? "/d/f" : "/f";
      assertThat(text(directory + SNAPSHOT + rest)).isEqualTo("before");
      assertThat(text("/a" + directory + SNAPSHOT + rest)).isEqualTo("before");
    }
    assertThat(text("/a/d/b" + SNAPSHOT + "/f")).isEqualTo("before");
    assertThat(text(SNAPSHOT + "/a/d/b/f")).as("a part").isEqualTo("before");
    assertThat(text("/a/d" + SNAPSHOT + "/b/f")).isEqualTo("before");
    assertThat(text("/a/d/b/f")).isEqualTo("after!");
    assertThat(nest.hidden().list(SNAPSHOT)).containsExactlyInAnyOrder("a", "d");
    assertThat(nest.hidden().list("/a/d" + SNAPSHOT)).containsExactlyInAnyOrder("b", "f");
    assertThat(nest.hidden().list("/.ctr-enc/snapshots")).containsExactly("s");
    nest.user().mkdir("/later");
    assertThat(nest.hidden().list("/later" + SNAPSHOT)).as("it was not there").isEmpty();
  }

  @Test
  void nothingInItChangesAndNothingAboveItIsReached() throws Exception {
    createTwoDeep();
    for (String at : List.of(SNAPSHOT, "/a" + SNAPSHOT)) {
      FileSystem all = nest.fileSystem();
      long top = nest.hidden().walk(at).inode();
      long file = nest.hidden().walk(at + "/d/f").inode();
      refused(Errno.EROFS, () -> all.open(Caller.ROOT, file, FileSystemUser.WRITE));
      refused(Errno.EROFS, () -> all.mkdir(Caller.ROOT, top, D, 0755, 0));
      refused(Errno.EROFS, () -> all.unlink(Caller.ROOT, top, D));
      refused(Errno.EROFS, () -> all.rmdir(Caller.ROOT, top, D));
      refused(Errno.EROFS, () -> all.rename(Caller.ROOT, top, D, top, Name.of("e"), 0));
      refused(Errno.EXDEV, () -> all.rename(Caller.ROOT, top, D, ROOT, Name.of("e"), 0));
      refused(Errno.EXDEV, () -> all.link(Caller.ROOT, file, ROOT, Name.of("e")));
      refused(Errno.EROFS, () -> all.removexattr(Caller.ROOT, file, Name.of("user.x")));
      refused(Errno.ENOENT, () -> nest.hidden().walk(at + "/.ctr-enc"));
      refused(Errno.EPERM, () -> nest.hidden().mkdir(at + "/d/.ctr-enc"));
    }
    refused(Errno.EROFS, () -> nest.hidden().rmdir(SNAPSHOT + "/a/d/b"));
    long entered = nest.hidden().walk("/d" + SNAPSHOT).inode();
    refused(Errno.ESTALE, () -> nest.fileSystem().lookup(Caller.ROOT, entered, Name.of("..")));
    assertThat(nest.fileSystem().isVolatile(entered)).isTrue();
  }

  @Test
  void noNumberIsThereTwice() throws Exception {
    createTwoDeep();
    Set<Long> numbers = new HashSet<>();
    List<String> paths = new ArrayList<>(List.of("/d/f", "/a/d/f", "/a/d/b/f", "/d", "/a", "/a/d"));
    for (String at : List.of("", "/d", "/a", "/a/d", "/a/d/b")) {
      paths.add(at + SNAPSHOT);
      paths.add(at + SNAPSHOT + (at.endsWith("d") || at.endsWith("b") ? "/f" : "/d"));
    }
    for (String path : paths) {
      assertThat(numbers.add(nest.hidden().walk(path).inode())).as(path).isTrue();
    }
  }

  /** What the kernel forgot is closed, but for a few; what it refers to stays. */
  @Test
  void whatNobodyRefersToIsClosed() throws Exception {
    nest.create();
    for (int i = 0; i < 40; i++) {
      nest.user().mkdir("/d" + i);
    }
    nest.user().put("/d0/f", "before");
    FileSystem fileSystem = nest.fileSystem();
    fileSystem.forget(nest.hidden().mkdir(SNAPSHOT).inode(), 1);
    Attributes file = nest.hidden().walk("/d0" + SNAPSHOT + "/f");
    fileSystem.forget(nest.hidden().walk("/d0" + SNAPSHOT).inode(), 2);
    Set<UUID> id = Set.of(nest.store().snapshots().find(nest.root(), "s").orElseThrow().id());
    for (int i = 0; i < 40; i++) {
      fileSystem.forget(nest.hidden().walk("/d" + i + SNAPSHOT).inode(), 1);
    }
    assertThat(nest.tree().places(id)).hasSize(17).contains(Nesting.placeOf(file.inode()));
    assertThat(fileSystem.getattr(file.inode()).size()).isEqualTo(6);
    fileSystem.forget(file.inode(), 1);
    fileSystem.forget(nest.hidden().walk("/d39" + SNAPSHOT).inode(), 1);
    assertThat(nest.tree().places(id)).hasSize(16);
    assertThat(text(SNAPSHOT + "/d0/f")).isEqualTo("before");
  }

  @Test
  void whoUsesWhatIsRemovedIsTold() throws Exception {
    createTwoDeep();
    Attributes file = nest.hidden().walk("/a" + SNAPSHOT + "/d/f");
    Attributes other = nest.hidden().walk(SNAPSHOT + "/d/f");
    nest.hidden().rmdir("/a" + SNAPSHOT);
    refused(Errno.ESTALE, () -> nest.fileSystem().getattr(file.inode()));
    refused(Errno.ENOENT, () -> nest.hidden().walk("/a" + SNAPSHOT));
    assertThat(nest.fileSystem().getattr(other.inode()).size()).isEqualTo(6);
    assertThat(nest.hidden().list(SNAPSHOT + "/a")).as("its place").isEmpty();
    UUID id = nest.store().snapshots().find(nest.root(), "s").orElseThrow().id();
    try (FileSystem mounted = nest.store().snapshots().open(id)) {
      refused(Errno.EBUSY, () -> nest.hidden().rmdir(SNAPSHOT));
      assertThatThrownBy(() -> nest.store().snapshots().remove(id))
          .isInstanceOf(InUseException.class);
      assertThat(nest.fileSystem().getattr(other.inode()).size()).isEqualTo(6);
      assertThat(new FileSystemUser(mounted).text("/d/f")).isEqualTo("before");
    }
    nest.store().snapshots().remove(id);
    refused(Errno.ESTALE, () -> nest.fileSystem().getattr(other.inode()));
    nest.hidden().mkdir(SNAPSHOT);
    assertThat(text(SNAPSHOT + "/d/f")).isEqualTo("after!");
  }

  @Test
  void itIsLockedWithItsSubvolume() throws Exception {
    createTwoDeep();
    UUID a = nest.hidden().idOf("/a");
    Attributes file = nest.hidden().walk("/a" + SNAPSHOT + "/d/f");
    Attributes part = nest.hidden().walk(SNAPSHOT + "/a/d/f");
    assertThat(nest.store().subvolumes().inodesOf(a).test(file.inode())).isTrue();
    assertThat(nest.store().subvolumes().inodesOf(a).test(part.inode())).isTrue();
    nest.store().subvolumes().lockNested(a);
    refused(Errno.ENOKEY, () -> nest.fileSystem().getattr(file.inode()));
    refused(Errno.ENOKEY, () -> nest.fileSystem().getattr(part.inode()));
    assertThat(text(SNAPSHOT + "/d/f")).isEqualTo("before");
    nest.store().subvolumes().unlockNested(a, List.of());
    assertThat(nest.fileSystem().getattr(file.inode()).size()).isEqualTo(6);
    assertThat(text("/a" + SNAPSHOT + "/d/f")).isEqualTo("before");
    nest.hidden().rmdir("/.ctr-enc/subvolumes/a");
    refused(Errno.ESTALE, () -> nest.fileSystem().getattr(file.inode()));
    assertThat(nest.hidden().list(SNAPSHOT + "/a")).isEmpty();
  }
}
