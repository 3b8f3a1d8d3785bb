package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static ctrenc.overlay.vfs.FileSystemUser.same;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.export.Restore;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.Pace;
import ctrenc.overlay.storage.StoreException;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Roots become archives of sealed objects, and roots again, as a whole or in parts. */
@Timeout(300)
class BackupTest {

  private static final Restore.Wanted EVERYTHING = new Restore.Wanted(List.of(), false);

  @TempDir Path temporary;
  private StorePair pair;

  @BeforeEach
  void open() throws IOException {
    pair = new StorePair(temporary);
  }

  @AfterEach
  void close() throws IOException {
    pair.close();
  }

  private byte[] backup(UUID root) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    UUID snapshot = pair.freeze(root, "kept");
    Transfers transfers = pair.here().store().transfers();
    transfers.backup(
        Transfers.Outgoing.whole(snapshot), Pace.unlimited(), Channels.newChannel(out), done -> {});
    return out.toByteArray();
  }

  private UUID restore(String name, byte[] archive, Restore.Wanted wanted) throws IOException {
    return pair.there()
        .store()
        .transfers()
        .restore(name, Channels.newChannel(new ByteArrayInputStream(archive)), wanted, done -> {})
        .subvolume()
        .id();
  }

  private static List<String> members(byte[] archive) throws IOException {
    List<String> names = new ArrayList<>();
    try (TarArchiveInputStream tar = new TarArchiveInputStream(new ByteArrayInputStream(archive))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        names.add(entry.getName());
      }
    }
    return names;
  }

  private void checkVaried(UUID restored) throws Exception {
    FileSystemUser user = pair.arrived(restored);
    byte[] large = pattern(1, 2_500_000);
    System.arraycopy(pattern(2, 5000), 0, large, 1_100_000, 5000);
    same(user.read("/d/large"), large, "the large file");
    same(user.read("/moved/again"), large, "its other name");
    assertThat(user.text("/moved/small")).isEqualTo("small");
    same(user.read("/moved/new"), pattern(3, 9000), "the new file");
    assertThat(user.list("/")).containsOnlyKeys("d", "gone", "moved");
    assertThat(user.list("/gone")).isEmpty();
    assertThat(user.list("/d")).containsOnlyKeys("large", "link");
    user.put("/d/large", "changed");
    user.fileSystem().close();
  }

  @Test
  void lockedRootIsRestoredAsItWas() throws Exception {
    byte[] archive = backup(pair.here().variedRoot());
    UUID restored = restore("copy", archive, EVERYTHING);
    assertThat(pair.there().verify().findings()).isEmpty();
    checkVaried(restored);
    pair.there().store().subvolumes().destroy(restored);
    assertThat(pair.there().segmentFiles()).isEmpty();
    checkVaried(restore("again", archive, EVERYTHING));
    assertThat(pair.there().verify().findings()).isEmpty();
    assertThat(pair.there().store().check().problems()).isEmpty();
  }

  @Test
  void whatIsStillThereIsShared() throws Exception {
    byte[] archive = backup(pair.here().variedRoot());
    UUID one = restore("one", archive, EVERYTHING);
    int files = pair.there().segmentFiles().size();
    UUID two = restore("two", archive, EVERYTHING);
    assertThat(pair.there().segmentFiles()).hasSize(files);
    checkVaried(one);
    checkVaried(two);
    assertThat(pair.there().store().check().problems()).isEmpty();
  }

  private long inode(UUID root, String path) throws Exception {
    pair.here().store().subvolumes().unlock(root, List.of(pair.here().machineKey()));
    FileSystemUser origin = pair.here().user(root);
    long inode = origin.inode(path);
    origin.fileSystem().close();
    return inode;
  }

  @Test
  void directoryOrFileIsPicked() throws Exception {
    UUID root = pair.here().variedRoot();
    long moved = inode(root, "/moved");
    String place = "1/" + inode(root, "/d") + "/" + inode(root, "/d/large");
    byte[] archive = backup(root);
    assertThat(members(archive)).contains("backup", "objects/" + place, "objects/1/" + moved + "/");

    UUID file = restore("file", archive, new Restore.Wanted(List.of(place), false));
    assertThat(pair.there().verify().findings()).isEmpty();
    FileSystemUser user = pair.arrived(file);
    assertThat(user.list("/")).containsOnlyKeys("d");
    assertThat(user.list("/d")).containsOnlyKeys("large");
    assertThat(user.read("/d/large")).hasSize(2_500_000);
    user.fileSystem().close();
    pair.there().store().subvolumes().destroy(file);

    UUID tree = restore("tree", archive, new Restore.Wanted(List.of("1/" + moved), false));
    user = pair.arrived(tree);
    assertThat(user.list("/")).containsOnlyKeys("moved");
    assertThat(user.text("/moved/small")).isEqualTo("small");
    user.fileSystem().close();
    assertThatThrownBy(
            () -> restore("none", archive, new Restore.Wanted(List.of("1/999999"), false)))
        .hasMessageContaining("1/999999");
    assertThat(pair.there().store().check().problems()).isEmpty();
  }

  @Test
  void cutAndChangedArchivesLeaveNothing() throws Exception {
    byte[] archive = backup(pair.here().lockedRoot());
    for (int length = 0; length < archive.length; length += 256) {
      byte[] cut = Arrays.copyOf(archive, length);
      if (!isZero(archive, length)) {
        assertThatThrownBy(() -> restore("copy", cut, EVERYTHING))
            .as("cut at %d", length)
            .isInstanceOf(StoreException.class);
      }
    }
    byte[] half = Arrays.copyOf(archive, archive.length / 2);
    assertThatThrownBy(() -> restore("copy", half, EVERYTHING))
        .hasMessageMatching("The archive is cut or damaged in or behind [a-z]+/.+\\.");
    long seed = new Random().nextLong();
    System.out.println("changed archives with seed " + seed);
    Random random = new Random(seed);
    for (int i = 0; i < 500; i++) {
      byte[] changed = archive.clone();
      int offset = random.nextInt(archive.length);
      changed[offset] ^= (byte) (1 << random.nextInt(8));
      assertRefusedOrTheSame(changed, "byte %d, seed %d".formatted(offset, seed));
    }
    pair.assertNothingLeft();
  }

  private void assertRefusedOrTheSame(byte[] changed, String what) throws Exception {
    try {
      UUID taken = restore("copy", changed, EVERYTHING);
      assertThat(pair.there().verify().findings()).as(what).isEmpty();
      FileSystemUser user = pair.arrived(taken);
      same(user.read("/d/file"), pattern(1, 5000), what);
      assertThat(user.list("/")).containsOnlyKeys("d", "other");
      user.fileSystem().close();
      pair.there().store().subvolumes().destroy(taken);
    } catch (StoreException e) {
      assertThat(e).as(what).hasMessageNotContaining("null");
    }
  }

  private static boolean isZero(byte[] archive, int from) {
    for (int i = from - 1024; i < from; i++) {
      if (i < 0 || archive[i] != 0) {
        return false;
      }
    }
    return true;
  }

  @Test
  void archivesWithoutAMemberAreRefused() throws Exception {
    byte[] archive = backup(pair.here().lockedRoot());
    List<String> members = members(archive);
    for (String left : members) {
      byte[] partial = TarEdit.without(archive, left);
      assertThatThrownBy(() -> restore("copy", partial, EVERYTHING))
          .as("without %s", left)
          .isInstanceOf(DamagedException.class);
    }
    pair.assertNothingLeft();
  }
}
