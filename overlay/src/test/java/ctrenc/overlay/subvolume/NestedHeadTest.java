package ctrenc.overlay.subvolume;

import static ctrenc.overlay.subvolume.NestedRoot.secret;
import static ctrenc.overlay.vfs.FileSystemUser.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.layer.RecordShape;
import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.ReplayCheck;
import ctrenc.overlay.meta.RocksMetaStore;
import ctrenc.overlay.meta.RocksTuning;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.storage.LiveCopy;
import ctrenc.overlay.vfs.Errno;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The HEAD of a root is of what is nested in it too: an older copy of that alone is refused. */
@Timeout(300)
class NestedHeadTest {

  private static final List<Table> SEALED =
      List.of(Table.INODE, Table.ENTRY, Table.REFERENCE, Table.ORPHAN, Table.LAYER);

  @TempDir Path temporary;
  private NestedRoot nest;
  private UUID plain;
  private UUID vault;

  /** A root with two in it, of which one has a secret of its own. */
  @BeforeEach
  void open() throws Exception {
    nest = new NestedRoot(state());
    nest.create(NestedRoot.machineKey());
    nest.hidden().mkdir("/.ctr-enc/subvolumes/plain");
    nest.hidden().mkdir("/.ctr-enc/subvolumes/vault");
    plain = nest.hidden().idOf("/plain");
    vault = nest.hidden().idOf("/vault");
    nest.store().protectors().add(vault, List.of(secret(1)));
    write("first");
  }

  @AfterEach
  void close() throws IOException {
    nest.close();
  }

  private Path state() {
    return temporary.resolve("state");
  }

  private Subvolumes subvolumes() {
    return nest.store().subvolumes();
  }

  private void write(String text) throws Exception {
    nest.user().put("/f-" + text, text);
    nest.user().put("/plain/f-" + text, text);
    nest.user().put("/vault/f-" + text, text);
  }

  private Head lock() throws IOException {
    Head head = subvolumes().heads().give(nest.root()).orElseThrow();
    nest.fileSystem().close();
    subvolumes().lock(nest.root());
    return head;
  }

  private static HeadDemand after(Head head) {
    return new HeadDemand(Optional.of(head), false);
  }

  private void unlock(HeadDemand demand) throws IOException {
    subvolumes().unlock(nest.root(), List.of(NestedRoot.machineKey()), demand);
    nest.use();
  }

  private Path copy() throws IOException {
    Path copy = temporary.resolve("copy");
    LiveCopy.make(state(), copy);
    return copy;
  }

  /** Gives one subvolume alone the records back that its layers have in a copy. */
  private void putBack(Path copy, UUID subvolume) throws IOException {
    nest.close();
    try (RocksMetaStore from = meta(copy);
        RocksMetaStore to = meta(state());
        MetaBatch batch = to.batch()) {
      for (SubvolumeRecord.Level level : Catalog.read(from).requireLiving(subvolume).stack()) {
        for (Table table : SEALED) {
          for (byte[][] gone : records(to, table, level.layer())) {
            batch.delete(table, gone[0]);
          }
          for (byte[][] old : records(from, table, level.layer())) {
            batch.put(table, old[0], old[1]);
          }
        }
      }
      to.commit(batch);
    }
    nest.restart();
  }

  private static RocksMetaStore meta(Path state) throws IOException {
    return RocksMetaStore.open(state.resolve("meta"), RocksTuning.standard(), ReplayCheck.NONE);
  }

  private static List<byte[][]> records(RocksMetaStore meta, Table table, long layer)
      throws IOException {
    List<byte[][]> found = new ArrayList<>();
    try (MetaCursor cursor =
        meta.scan(table, RecordShape.first(layer), RecordShape.first(layer + 1))) {
      while (cursor.next()) {
        found.add(new byte[][] {cursor.key(), cursor.value()});
      }
    }
    return found;
  }

  private void assertRefused(UUID older, HeadDemand demand) {
    assertThatThrownBy(() -> unlock(demand))
        .isInstanceOf(RolledBackException.class)
        .hasMessageContaining(older.toString());
    assertThat(subvolumes().find(nest.root().toString()).orElseThrow().unlocked()).isFalse();
  }

  @Test
  void olderCopyOfANestedOneAloneIsRefused() throws Exception {
    Head first = lock();
    Path old = copy();
    unlock(after(first));
    subvolumes().unlockNested(vault, List.of(secret(1)));
    write("second");
    Head second = lock();
    unlock(after(second));
    nest.fileSystem().close();
    subvolumes().lock(nest.root());
    putBack(old, plain);
    assertRefused(plain, after(second));
    unlock(after(first));
    assertThat(nest.user().text("/f-second")).isEqualTo("second");
    assertThat(nest.user().exists("/plain/f-second")).isFalse();
    nest.fileSystem().close();
  }

  /**
   * Its keys are not there when its root is unlocked: it is held against the HEAD when they are.
   */
  @Test
  void olderCopyOfOneWithASecretIsRefusedWithTheSecret() throws Exception {
    Head first = lock();
    Path old = copy();
    unlock(after(first));
    subvolumes().unlockNested(vault, List.of(secret(1)));
    write("second");
    Head alone = subvolumes().heads().give(vault).orElseThrow();
    subvolumes().lockNested(vault);
    Head second = lock();
    putBack(old, vault);
    unlock(after(second));
    for (HeadDemand demand : List.of(HeadDemand.NONE, after(alone), after(first))) {
      assertThatThrownBy(() -> subvolumes().unlockNested(vault, List.of(secret(1)), demand))
          .isInstanceOf(RolledBackException.class);
      refused(Errno.ENOKEY, () -> nest.user().read("/vault/f-first"));
    }
    subvolumes().unlockNested(vault, List.of(secret(1)), new HeadDemand(Optional.empty(), true));
    assertThat(nest.user().text("/vault/f-first")).isEqualTo("first");
    subvolumes().lockNested(vault);
    subvolumes().unlockNested(vault, List.of(secret(1)));
    nest.fileSystem().close();
  }

  @Test
  void whatIsRemovedAddedOrSnapshotLaterDoesNotOutdateIt() throws Exception {
    SnapshotInfo snapshot = nest.store().snapshots().createRecursive(nest.root(), "s");
    write("second");
    Head first = lock();
    unlock(after(first));
    SnapshotInfo idle = nest.store().snapshots().createRecursive(nest.root(), "t");
    nest.hidden().rmdir("/.ctr-enc/subvolumes/plain");
    nest.hidden().mkdir("/.ctr-enc/subvolumes/other");
    subvolumes().rotate(nest.root());
    Head second = lock();
    for (Head head :
        List.of(snapshot.head().orElseThrow(), first, idle.head().orElseThrow(), second)) {
      unlock(after(head));
      subvolumes().unlockNested(vault, List.of(secret(1)));
      assertThat(nest.user().text("/vault/f-second")).isEqualTo("second");
      nest.fileSystem().close();
      subvolumes().lock(nest.root());
    }
  }
}
