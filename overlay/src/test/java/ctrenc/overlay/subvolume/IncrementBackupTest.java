package ctrenc.overlay.subvolume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.export.Restore;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What changed in a root, and in what is nested in it, becomes archives that are restored in order.
 */
@Timeout(300)
class IncrementBackupTest {

  @TempDir Path temporary;
  private BackedUpTree tree;

  @BeforeEach
  void open() throws Exception {
    tree = new BackedUpTree(temporary);
  }

  @AfterEach
  void close() throws IOException {
    tree.close();
  }

  @Test
  void incrementsAreRestoredInTheirOrder() throws Exception {
    UUID first = tree.snapshot("one");
    byte[] whole = tree.backup(first, Optional.empty());
    tree.change();
    UUID second = tree.snapshot("two");
    byte[] increment = tree.backup(second, Optional.of(first));
    tree.write("/f", "last");
    byte[] last = tree.backup(tree.snapshot("three"), Optional.of(second));
    assertThat(increment.length).isLessThan(70_000);
    assertThat(TarEdit.names(increment)).anyMatch(name -> name.contains("whiteout-"));
    for (byte[] early : List.of(increment, last)) {
      assertThatThrownBy(() -> tree.restore("early", early, BackedUpTree.EVERYTHING))
          .isInstanceOf(UnmovableException.class)
          .hasMessageContaining("goes on from an earlier snapshot, which is not here");
    }
    tree.pair().assertNothingLeft();
    UUID one = tree.restore("one", whole, BackedUpTree.EVERYTHING).subvolume().id();
    assertThatThrownBy(() -> tree.restore("three", last, BackedUpTree.EVERYTHING))
        .isInstanceOf(UnmovableException.class);
    UUID two = tree.restore("two", increment, BackedUpTree.EVERYTHING).subvolume().id();
    tree.pair().there().store().subvolumes().destroy(one);
    UUID three = tree.restore("three", last, BackedUpTree.EVERYTHING).subvolume().id();
    tree.pair().there().store().subvolumes().destroy(two);
    FileSystemUser later = tree.pair().arrived(three);
    assertThat(later.text("/f")).isEqualTo("last");
    assertThat(later.text("/a/d/b/f") + later.text("/e/f")).isEqualTo("afternew");
    assertThat(later.exists("/c") || later.exists("/in/file")).isFalse();
    assertThat(tree.pair().there().verify().findings()).isEmpty();
  }

  @Test
  void increasesWithTheChangeNotWithTheRoot() throws Exception {
    UUID first = tree.snapshot("one");
    byte[] whole = tree.backup(first, Optional.empty());
    byte[] nothing = tree.backup(tree.snapshot("two"), Optional.of(first));
    assertThat(nothing.length).isLessThan(whole.length / 8);
  }

  @Test
  void partOfAnIncrementIsRefused() throws Exception {
    UUID first = tree.snapshot("one");
    tree.restore("one", tree.backup(first, Optional.empty()), BackedUpTree.EVERYTHING);
    tree.change();
    byte[] increment = tree.backup(tree.snapshot("two"), Optional.of(first));
    assertThatThrownBy(() -> tree.restore("two", increment, new Restore.Wanted(List.of(), true)))
        .hasMessageContaining("restored as a whole");
  }

  @Test
  void cutAndChangedIncrementsLeaveNothing() throws Exception {
    UUID first = tree.snapshot("one");
    UUID base =
        tree.restore("base", tree.backup(first, Optional.empty()), BackedUpTree.EVERYTHING)
            .subvolume()
            .id();
    for (String path : BackedUpTree.FILES) {
      tree.write(path, "after");
    }
    tree.assertRefusedOrTheSame(tree.backup(tree.snapshot("two"), Optional.of(first)), "after");
    tree.pair().there().store().subvolumes().destroy(base);
    tree.pair().assertNothingLeft();
  }
}
