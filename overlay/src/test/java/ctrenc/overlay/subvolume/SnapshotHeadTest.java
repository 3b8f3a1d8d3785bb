package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.export.Restore;
import ctrenc.overlay.storage.Pace;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The HEAD of a snapshot lies in it, and is demanded of whatever is made of it elsewhere. */
@Timeout(300)
class SnapshotHeadTest {

  @TempDir Path temporary;
  private StorePair pair;
  private UUID root;

  @BeforeEach
  void open() throws Exception {
    pair = new StorePair(temporary);
    root = pair.here().create("r");
    write("first");
  }

  @AfterEach
  void close() throws IOException {
    pair.close();
  }

  private void write(String name) throws Exception {
    FileSystemUser user = pair.here().user(root);
    user.put("/" + name, pattern(name.hashCode(), 5000));
    user.fileSystem().close();
  }

  private Head give() throws IOException {
    return pair.here().store().subvolumes().heads().give(root).orElseThrow();
  }

  private static HeadDemand after(Head head) {
    return new HeadDemand(Optional.of(head), false);
  }

  private void unlock(UUID there, HeadDemand demand) throws IOException {
    Subvolumes subvolumes = pair.there().store().subvolumes();
    subvolumes.unlock(there, List.of(pair.there().machineKey()), demand);
    subvolumes.lock(there);
  }

  /** A root of a backup of it. */
  private UUID moved(SnapshotInfo snapshot) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Transfers here = pair.here().store().transfers();
    here.backup(
        Transfers.Outgoing.whole(snapshot.id()),
        Pace.unlimited(),
        Channels.newChannel(out),
        done -> {});
    Transfers there = pair.there().store().transfers();
    return there
        .restore(
            snapshot.name(),
            Channels.newChannel(new ByteArrayInputStream(out.toByteArray())),
            new Restore.Wanted(List.of(), false),
            done -> {})
        .subvolume()
        .id();
  }

  @Test
  void isOfWhatTheSnapshotHolds() throws Exception {
    Head before = give();
    SnapshotInfo one = pair.here().store().snapshots().create(root, "one");
    write("second");
    FileSystemUser inUse = pair.here().user(root);
    SnapshotInfo two = pair.here().store().snapshots().createRecursive(root, "two");
    inUse.fileSystem().close();
    SnapshotInfo idle = pair.here().store().snapshots().createRecursive(root, "three");
    Head later = give();
    UUID first = moved(one);
    unlock(first, after(before));
    unlock(first, after(one.head().orElseThrow()));
    Head newer = two.head().orElseThrow();
    for (Head head : List.of(newer, idle.head().orElseThrow(), later)) {
      assertThatThrownBy(() -> unlock(first, after(head))).isInstanceOf(RolledBackException.class);
    }
    unlock(first, new HeadDemand(Optional.of(later), true));
    pair.there().store().subvolumes().destroy(first);
    unlock(moved(two), after(newer));
  }

  /** Of one that is not in use; of one that is locked nobody can tell any. */
  @Test
  void frozenRootTellsItWhereItsKeysAreThere() throws Exception {
    Transfers transfers = pair.here().store().transfers();
    Head first = transfers.freeze(root, "one").head().orElseThrow();
    Subvolumes subvolumes = pair.here().store().subvolumes();
    subvolumes.lock(root);
    assertThat(transfers.freeze(root, "two").head()).isEmpty();
    subvolumes.unlock(root, List.of(pair.here().machineKey()), after(first));
  }
}
