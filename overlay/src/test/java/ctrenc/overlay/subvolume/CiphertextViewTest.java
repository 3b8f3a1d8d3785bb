package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static ctrenc.overlay.vfs.FileSystemUser.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.storage.Pace;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A root shows as the files that a backup of it holds. */
@Timeout(300)
class CiphertextViewTest {

  @TempDir Path temporary;
  private VerifiedStore store;
  private Transfers transfers;

  @BeforeEach
  void open() throws IOException {
    store = new VerifiedStore(temporary.resolve("store"));
    transfers = store.store().transfers();
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  private byte[] backup(UUID snapshot) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    transfers.backup(
        Transfers.Outgoing.whole(snapshot), Pace.unlimited(), Channels.newChannel(out), done -> {});
    return out.toByteArray();
  }

  @Test
  void showsWhatABackupHolds() throws Exception {
    UUID snapshot = transfers.freeze(store.variedRoot(), "kept").id();
    ViewedFiles.assertSame(transfers, snapshot, backup(snapshot));
    ViewedFiles locked = ViewedFiles.of(transfers, snapshot);
    assertThat(locked.files().keySet())
        .anyMatch(place -> place.endsWith("/records"))
        .anyMatch(place -> place.contains("/whiteout-"))
        .anyMatch(place -> place.endsWith("-2"));
    UUID root = store.store().subvolumes().list().getFirst().id();
    store.store().subvolumes().unlock(root, List.of(store.machineKey()));
    assertThat(ViewedFiles.of(transfers, snapshot)).as("unlocked").isEqualTo(locked);
    store.reopen();
    assertThat(ViewedFiles.of(store.store().transfers(), snapshot)).isEqualTo(locked);
  }

  @Test
  void whatAnImageHasShowsOnTheWayToWhatWasChanged() throws Exception {
    Images images = store.store().images();
    Path tree = images.newTree();
    Files.createDirectories(tree.resolve("etc/conf/deep"));
    Files.writeString(tree.resolve("etc/conf/deep/file"), "as it came");
    Files.writeString(tree.resolve("etc/conf/other"), "as it came, too");
    Files.createLink(tree.resolve("etc/linked"), tree.resolve("etc/conf/deep/file"));
    UUID image = images.add("image", "", List.of(tree), files -> {}).id();
    UUID root =
        store
            .store()
            .subvolumes()
            .create("r", new Base.Image(image), List.of(store.machineKey()))
            .id();
    FileSystemUser user = store.user(root);
    user.chmod("/etc/conf/deep/file", 0600);
    user.unlink("/etc/conf/other");
    UUID snapshot = store.store().snapshots().create(root, "s").id();
    ViewedFiles.assertSame(transfers, snapshot, backup(snapshot));
    user.fileSystem().close();
  }

  @Test
  void unchangedObjectsKeepTheirTimes() throws Exception {
    UUID root = store.create("r");
    FileSystemUser user = store.user(root);
    user.mkdir("/d");
    user.put("/d/file", pattern(1, 300_000));
    user.put("/d/same", pattern(2, 300_000));
    user.put("/top", "small");
    String place = "objects/1/" + user.inode("/d");
    String changed = place + "/" + user.inode("/d/file");
    UUID one = store.store().snapshots().create(root, "one").id();
    ViewedFiles before = ViewedFiles.of(transfers, one);
    user.overwrite("/d/file", 1000, pattern(3, 10));
    UUID two = store.store().snapshots().create(root, "two").id();
    store.store().snapshots().remove(one);
    ViewedFiles after = ViewedFiles.of(transfers, two);
    String layer = freshLayer(before, after);
    assertThat(after.changedSince(before)).containsExactlyInAnyOrder("backup", changed, layer);
    assertThat(after.newerThan(before)).contains(changed, layer).doesNotContain(place + "/same");
    assertThat(List.of(after.changedSince(before)))
        .as("what is other shows by its size or time, within a second too")
        .isSubsetOf(List.of(after.newerThan(before)));
    user.fileSystem().close();
    store.reopen();
    transfers = store.store().transfers();
    assertThat(ViewedFiles.of(transfers, two)).isEqualTo(after);
  }

  private static String freshLayer(ViewedFiles before, ViewedFiles after) {
    return after.files().keySet().stream()
        .filter(file -> file.startsWith("layers/") && !before.files().containsKey(file))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void whatIsRemovedMeanwhileStaysUntilTheViewEnds() throws Exception {
    UUID root = store.variedRoot();
    UUID snapshot = transfers.freeze(root, "kept").id();
    ViewedFiles before = ViewedFiles.of(transfers, snapshot);
    FileSystem view = transfers.view(snapshot);
    store.store().subvolumes().destroy(root);
    assertThat(ViewedFiles.of(view)).isEqualTo(before);
    view.close();
    assertThat(store.segmentFiles()).isEmpty();
    refused(Errno.ENODEV, () -> view.getattr(FileSystem.ROOT));
    assertThat(store.store().check().problems()).isEmpty();
  }

  @Test
  void nothingIsWrittenAndOddNamesAreNotFound() throws Exception {
    FileSystemUser user =
        new FileSystemUser(transfers.view(transfers.freeze(store.variedRoot(), "kept").id()));
    refused(Errno.EROFS, () -> user.mkdir("/new"));
    refused(Errno.EROFS, () -> user.put("/objects/1/new", "x"));
    refused(Errno.EROFS, () -> user.unlink("/backup"));
    for (String name :
        List.of(
            "x", "-1", "0", "99999999999999999999", "1-", "whiteout-", "whiteout-zz", "records")) {
      refused(Errno.ENOENT, () -> user.stat("/objects/1/" + name));
    }
    refused(Errno.ESTALE, () -> user.fileSystem().getattr(12345L << 2));
    refused(Errno.ENODATA, () -> user.getxattr("/backup", "user.ctr-enc"));
    user.fileSystem().close();
  }

  @Test
  void damagedExtentIsNotHandedOut() throws Exception {
    UUID root = store.variedRoot();
    UUID snapshot = transfers.freeze(root, "kept").id();
    Path segment = store.segmentFiles().getFirst();
    VerifiedStore.flip(segment, Files.size(segment) / 2);
    FileSystem view = transfers.view(snapshot);
    assertThatThrownBy(() -> ViewedFiles.of(view)).hasMessage("EIO");
    view.close();
  }
}
