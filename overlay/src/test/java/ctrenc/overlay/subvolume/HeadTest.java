package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.layer.LayerHeads;
import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.ReplayCheck;
import ctrenc.overlay.meta.RocksMetaStore;
import ctrenc.overlay.meta.RocksTuning;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.storage.LiveCopy;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A HEAD that somebody kept tells an older copy of a root from what came after it. */
@Timeout(300)
class HeadTest {

  @TempDir Path temporary;
  private Path state;
  private VerifiedStore opened;
  private UUID root;

  @BeforeEach
  void open() throws Exception {
    state = temporary.resolve("state");
    opened = new VerifiedStore(state);
    root = opened.create("r");
    write("first");
  }

  @AfterEach
  void close() throws IOException {
    opened.close();
  }

  private Subvolumes subvolumes() {
    return opened.store().subvolumes();
  }

  private void write(String name) throws Exception {
    FileSystemUser user = opened.user(root);
    user.put("/" + name, pattern(name.hashCode(), 5000));
    user.fileSystem().close();
  }

  private Head give() throws IOException {
    return subvolumes().heads().give(root).orElseThrow();
  }

  private Head lock() throws IOException {
    Head head = give();
    subvolumes().lock(root);
    return head;
  }

  private void unlock(HeadDemand demand) throws IOException {
    subvolumes().unlock(root, List.of(opened.machineKey()), demand);
  }

  private static HeadDemand after(Head head) {
    return new HeadDemand(Optional.of(head), false);
  }

  private boolean isUnlocked() {
    return subvolumes().find(root.toString()).orElseThrow().unlocked();
  }

  private void assertRefused(HeadDemand demand) {
    assertThatThrownBy(() -> unlock(demand)).isInstanceOf(RolledBackException.class);
    assertThat(isUnlocked()).isFalse();
  }

  /** What the store was at some time. */
  private Path backUp(String name) throws IOException {
    opened.close();
    Path copy = temporary.resolve(name);
    LiveCopy.make(state, copy);
    opened = new VerifiedStore(state);
    return copy;
  }

  private void putBack(Path copy) throws IOException {
    opened.close();
    TreeRemover.remove(state);
    LiveCopy.make(copy, state);
    opened = new VerifiedStore(state);
  }

  @Test
  void whatCameAfterIsOpened() throws Exception {
    Head first = lock();
    unlock(after(first));
    write("second");
    Head second = lock();
    unlock(after(first));
    subvolumes().lock(root);
    unlock(after(second));
    assertThat(Head.parse(second.toString()))
        .hasValueSatisfying(read -> assertThat(read.tag()).isEqualTo(second.tag()));
    String text = new Head(new byte[LayerHeads.TAG_SIZE]).toString();
    assertThat(Head.parse("1" + text.substring(1))).isEmpty();
  }

  @Test
  void olderCopyIsRefusedAndOpenedIfAccepted() throws Exception {
    subvolumes().lock(root);
    Path old = backUp("old");
    unlock(HeadDemand.NONE);
    write("second");
    Head head = lock();
    putBack(old);
    assertRefused(after(head));
    unlock(HeadDemand.NONE);
    subvolumes().lock(root);
    unlock(new HeadDemand(Optional.of(head), true));
    Head now = lock();
    unlock(after(now));
  }

  @Test
  void copyThatWentAnotherWayIsRefused() throws Exception {
    Head common = lock();
    Path copy = backUp("copy");
    unlock(after(common));
    write("here");
    Head here = lock();
    putBack(copy);
    unlock(after(common));
    write("there");
    write("there too");
    Head there = lock();
    assertRefused(after(here));
    unlock(after(there));
  }

  /** The record of a HEAD is sealed and of its place, and still fits no older state. */
  @Test
  void recordOfAHeadPutIntoAnOlderCopyIsRefused() throws Exception {
    subvolumes().lock(root);
    Path old = backUp("old");
    unlock(HeadDemand.NONE);
    Head head = lock();
    opened.close();
    List<byte[][]> records = layerRecords();
    opened = new VerifiedStore(state);
    putBack(old);
    opened.close();
    try (RocksMetaStore meta = meta();
        MetaBatch batch = meta.batch()) {
      for (byte[][] one : records) {
        boolean isOfState = one[0][8] == 10;
        if (!isOfState && meta.get(Table.LAYER, one[0]).isEmpty()) {
          batch.put(Table.LAYER, one[0], one[1]);
        }
      }
      meta.commit(batch);
    }
    opened = new VerifiedStore(state);
    assertRefused(after(head));
  }

  private RocksMetaStore meta() throws IOException {
    return RocksMetaStore.open(state.resolve("meta"), RocksTuning.standard(), ReplayCheck.NONE);
  }

  private List<byte[][]> layerRecords() throws IOException {
    List<byte[][]> found = new ArrayList<>();
    byte[] last = new byte[20];
    Arrays.fill(last, (byte) 0xff);
    try (RocksMetaStore meta = meta();
        MetaCursor cursor = meta.scan(Table.LAYER, new byte[0], last)) {
      while (cursor.next()) {
        found.add(new byte[][] {cursor.key(), cursor.value()});
      }
    }
    return found;
  }

  @Test
  void strictRootIsOpenedWithAHeadAlone() throws Exception {
    subvolumes().heads().demand(root, true);
    Head head = lock();
    assertRefused(HeadDemand.NONE);
    opened.reopen();
    assertRefused(HeadDemand.NONE);
    unlock(after(head));
    // Its keys are there: a root that is being locked, and is used, goes on.
    unlock(HeadDemand.NONE);
    subvolumes().rotate(root);
    subvolumes().lock(root);
    assertRefused(HeadDemand.NONE);
    unlock(new HeadDemand(Optional.empty(), true));
    subvolumes().heads().demand(root, false);
    subvolumes().lock(root);
    assertThatCode(() -> unlock(HeadDemand.NONE)).doesNotThrowAnyException();
  }

  @Test
  void snapshotsRotationsAndFlatteningKeepHeads() throws Exception {
    Head first = give();
    opened.store().snapshots().create(root, "s");
    write("second");
    Head second = give();
    subvolumes().rotate(root);
    write("third");
    Head third = give();
    opened.store().snapshots().remove(opened.store().snapshots().list().getFirst().id());
    subvolumes().heads().demand(root, true);
    opened.store().flattens().start(root, false);
    FlattenStore.await(opened.store().flattens(), root);
    subvolumes().lock(root);
    assertRefused(HeadDemand.NONE);
    for (Head head : List.of(first, second, third)) {
      unlock(after(head));
      assertThat(opened.verify().findings()).isEmpty();
      subvolumes().lock(root);
    }
  }

  @Test
  void lockedRootGivesNone() throws Exception {
    subvolumes().lock(root);
    assertThat(subvolumes().heads().give(root)).isEmpty();
  }
}
