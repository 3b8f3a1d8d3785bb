package ctrenc.daemon.nested;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.crypto.secret.SecretMemory;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.nest.NestedFileSystem;
import ctrenc.overlay.subvolume.Base;
import ctrenc.overlay.subvolume.StoreDirectory;
import ctrenc.overlay.vfs.AttributeChange;
import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.Name;
import ctrenc.overlay.vfs.Timestamp;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a caller inside a container may name to the daemon. */
class OwnedDirectoryTest {

  private static final int ALICE = 1000;
  private static final int BOB = 1001;
  private static final int OPEN_TO_ALL = 0755;

  @TempDir private Path home;

  /** "/d/n", in it "/d/n/m" and a directory, links to both, and "/other": all but that Alice's. */
  @Test
  void whatIsNestedAndTheCallersIsFound() throws Exception {
    try (StoreDirectory store = StoreDirectory.open(home, finding -> {}, SecretMemory.plain())) {
      FileSystem fileSystem =
          store.subvolumes().open(store.subvolumes().create("r", new Base.Empty(), List.of()).id());
      long d = mkdir(fileSystem, FileSystem.ROOT, "d");
      long n = nest(fileSystem, d, "n", ALICE);
      long m = nest(fileSystem, n, "m", ALICE);
      long other = nest(fileSystem, FileSystem.ROOT, "other", 0);
      mkdir(fileSystem, n, "plain");
      fileSystem.symlink(Caller.ROOT, FileSystem.ROOT, Name.of("link"), bytes("d"));
      fileSystem.symlink(Caller.ROOT, n, Name.of("up"), bytes("../../other"));

      NestedTree tree = new NestedTree((NestedFileSystem) fileSystem);
      SubvolumeRoot top = new SubvolumeRoot(0, 1, FileSystem.ROOT);
      SubvolumeRoot inner = new SubvolumeRoot(0, 1, n);
      assertThat(OwnedDirectory.find(tree, top, "/d/n", ALICE)).isEqualTo(n);
      assertThat(OwnedDirectory.find(tree, top, "/other", 0)).isEqualTo(other);
      assertThat(OwnedDirectory.find(tree, top, "/d/n/m", ALICE)).isEqualTo(m);
      assertThat(OwnedDirectory.find(tree, inner, "/m", ALICE)).isEqualTo(m);
      refused(tree, top, BOB, "/d/n", "/d/n/m", "/other");
      refused(tree, top, ALICE, "/other", "/.ctr-enc/subvolumes");
      refused(tree, top, 0, "/", "", "/d", "/d/n/plain", "/link/n", "/none", "/d/n\0");
      refused(tree, top, 0, "/d/../../n", "/d/../d/n", "/d/./n", "/" + "x".repeat(300));
      refused(tree, inner, 0, "/", "/..", "/../n", "/../../other", "/up", "/plain", "/m/../../n");
      fileSystem.close();
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static long mkdir(FileSystem fileSystem, long parent, String name) throws ErrnoException {
    return fileSystem.mkdir(Caller.ROOT, parent, Name.of(name), OPEN_TO_ALL, 0).inode();
  }

  private static long nest(FileSystem fileSystem, long parent, String name, int uid)
      throws ErrnoException {
    long hidden = fileSystem.lookup(Caller.ROOT, parent, Name.of(".ctr-enc")).inode();
    long place = fileSystem.lookup(Caller.ROOT, hidden, Name.of("subvolumes")).inode();
    mkdir(fileSystem, place, name);
    Attributes made = fileSystem.lookup(Caller.ROOT, parent, Name.of(name));
    Timestamp unset = Timestamp.EPOCH;
    fileSystem.setattr(
        Caller.ROOT,
        made.inode(),
        new AttributeChange(AttributeChange.UID, 0, uid, 0, 0, unset, unset, unset));
    return made.inode();
  }

  private static void refused(NestedTree tree, SubvolumeRoot root, int uid, String... paths) {
    for (String path : List.of(paths)) {
      assertThatThrownBy(() -> OwnedDirectory.find(tree, root, path, uid))
          .as(path)
          .isInstanceOf(RefusedException.class)
          .hasMessageStartingWith("No nested subvolume of yours shows at");
    }
  }
}
