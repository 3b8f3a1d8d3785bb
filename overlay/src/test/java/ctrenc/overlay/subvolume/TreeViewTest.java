package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static ctrenc.overlay.vfs.FileSystemUser.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.FileSystemUser;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A root shows with what is nested in it as a recursive backup, and becomes a root again. */
@Timeout(300)
class TreeViewTest {

  @TempDir Path temporary;
  private BackedUpTree tree;
  private UUID snapshot;

  @BeforeEach
  void open() throws Exception {
    tree = new BackedUpTree(temporary.resolve("stores"));
    FileSystemUser user = tree.unlocked();
    // What is removed in a fork leaves whiteouts in it, beside those of other stacks.
    user.unlink("/c/in/file");
    user.unlink("/c/large");
    user.put("/c/large", pattern(2, 100_000));
    user.fileSystem().close();
    tree.pair().here().store().subvolumes().lock(tree.root());
    snapshot = tree.snapshot("s");
  }

  @AfterEach
  void close() throws IOException {
    tree.close();
  }

  private FileSystem view() throws IOException {
    return tree.pair().here().store().transfers().view(snapshot, true);
  }

  private static ViewedFiles seen(FileSystem view) throws Exception {
    try {
      return ViewedFiles.of(view);
    } finally {
      view.close();
    }
  }

  @Test
  void showsWhatARecursiveBackupHolds() throws Exception {
    ViewedFiles seen = seen(view());
    seen.assertHas(tree.backup(snapshot, Optional.empty()));
    assertThat(seen.files().keySet())
        .filteredOn(place -> place.endsWith("/subvolume/description"))
        .hasSize(3);
    assertThat(seen.files().keySet()).anyMatch(place -> place.matches(".*subvolume.*/whiteout-.*"));
    Transfers transfers = tree.pair().here().store().transfers();
    assertThat(ViewedFiles.of(transfers, snapshot).files().keySet())
        .as("without what is nested")
        .noneMatch(place -> place.contains("subvolume"));
  }

  @Test
  void eachDirectoryKnowsTheOneItIsIn() throws Exception {
    FileSystemUser user = new FileSystemUser(view());
    checkParents(user, "", FileSystem.ROOT);
    refused(Errno.ESTALE, () -> user.fileSystem().getattr(99L << 44 | 1L << 2));
    user.fileSystem().close();
  }

  private static void checkParents(FileSystemUser user, String path, long above) throws Exception {
    String at = path.isEmpty() ? "/" : path;
    long own = user.inode(at);
    assertThat(user.fileSystem().lookup(user.caller(), own, Name.DOT_DOT).inode())
        .as(at)
        .isEqualTo(above);
    for (String name : user.list(at).keySet()) {
      if (user.stat(path + "/" + name).isDirectory()) {
        checkParents(user, path + "/" + name, own);
      }
    }
  }

  @Test
  void aCopyIsRestoredWithWhatIsNested() throws Exception {
    Path copy = Files.createDirectory(temporary.resolve("copy"));
    new SavedView(copy, true).save(view());
    for (Path description : descriptions(copy)) {
      byte[] held = Files.readAllBytes(description);
      held[held.length / 2] ^= 4;
      Path whole = Files.move(description, temporary.resolve("aside"));
      Files.write(description, held);
      assertThatThrownBy(() -> restore(copy))
          .hasMessageContaining(copy.relativize(description).toString());
      Files.delete(description);
      assertThatThrownBy(() -> restore(copy)).isInstanceOf(IOException.class);
      Files.move(whole, description);
    }
    tree.pair().assertNothingLeft();
    Transfers.Received came = restore(copy);
    assertThat(came.nested()).isEqualTo(3);
    assertThat(tree.pair().there().verify().findings()).isEmpty();
    FileSystemUser user = tree.pair().arrived(came.subvolume().id());
    BackedUpTree.holds(user, "before");
    assertThat(user.read("/c/large")).isEqualTo(pattern(2, 100_000));
    assertThat(user.list("/c/in")).isEmpty();
    user.fileSystem().close();
  }

  private static List<Path> descriptions(Path copy) throws IOException {
    try (Stream<Path> all = Files.walk(copy)) {
      return all.filter(file -> file.endsWith("description")).toList();
    }
  }

  private Transfers.Received restore(Path copy) throws IOException {
    return tree.pair().there().store().transfers().restore("root", copy, done -> {});
  }
}
