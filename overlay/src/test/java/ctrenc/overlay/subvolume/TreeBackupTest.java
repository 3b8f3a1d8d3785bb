package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Roots become archives with what is nested in them, whole or what changed, and roots again. */
@Timeout(300)
class TreeBackupTest {

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
  void whatIsNestedIsRestoredAtItsPlaceAndGoesOn() throws Exception {
    byte[] archive = tree.backup(tree.snapshot("s"), Optional.empty());
    Transfers.Received came = tree.restore("copy", archive, BackedUpTree.EVERYTHING);
    assertThat(came.nested()).isEqualTo(3);
    assertThat(tree.pair().there().verify().findings()).isEmpty();
    FileSystemUser user = tree.pair().arrived(came.subvolume().id());
    BackedUpTree.holds(user, "before");
    assertThat(user.read("/c/large")).isEqualTo(pattern(1, 200_000));
    user.put("/a/d/b/f", "there");
    user.fileSystem().close();
    tree.pair().there().reopen();
    FileSystemUser again = tree.pair().arrived(came.subvolume().id());
    assertThat(again.text("/a/d/b/f")).isEqualTo("there");
    again.fileSystem().close();
    assertThat(tree.pair().there().store().check().problems()).isEmpty();
    tree.pair().there().store().subvolumes().destroy(came.subvolume().id());
    tree.pair().assertNothingLeft();
  }

  /** A fork shares its parent's layers, whose extents are in the archive once. */
  @Test
  void sharedLayersAreWrittenOnce() throws Exception {
    assertThat(tree.backup(tree.snapshot("s"), Optional.empty()).length).isLessThan(350_000);
  }

  @Test
  void nestedOnesArePicked() throws Exception {
    FileSystemUser user = tree.unlocked();
    long a = user.inode("/a");
    long in = user.inode("/in");
    user.fileSystem().close();
    tree.pair().here().store().subvolumes().lock(tree.root());
    byte[] archive = tree.backup(tree.snapshot("s"), Optional.empty());
    String place =
        TarEdit.names(archive).stream()
            .filter(name -> name.matches("objects/1/[0-9]+/subvolume/description"))
            .map(name -> name.replaceFirst("objects/", "").replaceFirst("/description", ""))
            .filter(name -> TarEdit.has(archive, "objects/" + name + "/1/.*/subvolume/.*"))
            .findFirst()
            .orElseThrow();
    Transfers.Received picked = tree.restore("picked", archive, BackedUpTree.only(place));
    assertThat(picked.nested()).isEqualTo(2);
    FileSystemUser there = tree.pair().arrived(picked.subvolume().id());
    assertThat(there.list("/")).containsOnlyKeys("a");
    assertThat(there.text("/a/d/b/f")).isEqualTo("before");
    assertThat(a).isPositive();
    Transfers.Received plain = tree.restore("plain", archive, BackedUpTree.only("1/" + in));
    assertThat(plain.nested()).isZero();
    assertThat(tree.pair().there().store().check().problems()).isEmpty();
  }

  /** Members come in any order, as GNU tar may write them. */
  @Test
  void disorderedArchivesAreRestoredAndThoseWithoutAMemberRefused() throws Exception {
    byte[] archive = tree.backup(tree.snapshot("s"), Optional.empty());
    List<String> members = new ArrayList<>(TarEdit.names(archive));
    for (String left : members) {
      byte[] partial = TarEdit.without(archive, left);
      assertThatThrownBy(() -> tree.restore("copy", partial, BackedUpTree.EVERYTHING))
          .as("without %s", left)
          .isInstanceOf(DamagedException.class);
    }
    tree.pair().assertNothingLeft();
    Collections.reverse(members);
    UUID copy =
        tree.restore("copy", TarEdit.ordered(archive, members), BackedUpTree.EVERYTHING)
            .subvolume()
            .id();
    BackedUpTree.holds(tree.pair().arrived(copy), "before");
  }

  @Test
  void cutAndChangedArchivesLeaveNothing() throws Exception {
    byte[] whole = tree.backup(tree.snapshot("one"), Optional.empty());
    tree.assertRefusedOrTheSame(whole, "before");
    tree.pair().assertNothingLeft();
  }
}
