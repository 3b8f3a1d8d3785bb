package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static ctrenc.overlay.vfs.FileSystemUser.same;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.ReplayCheck;
import ctrenc.overlay.meta.RocksMetaStore;
import ctrenc.overlay.meta.RocksTuning;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.storage.Pace;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Records of a layer that was sent are exchanged for those that were, where the key says that they
 * are what was written last; and for nothing else.
 */
@Timeout(300)
class RecordRepairTest {

  private static final int FILES = 5;
  private static final int LENGTH = 9000;
  private static final int HEADER = 5;
  private static final int TAG = 16;

  @TempDir Path temporary;
  private StorePair pair;
  private UUID root;
  private UUID snapshot;
  private byte[] stream;

  private record Stored(byte[] key, byte[] value) {}

  /** What is done to a record: empty takes it away. */
  private interface Change {
    Optional<byte[]> of(byte[] value);
  }

  @BeforeEach
  void open() throws Exception {
    pair = new StorePair(temporary);
    root = pair.here().create("r");
    write(0);
    snapshot = pair.freeze(root, "sent");
    stream = pair.send(snapshot, Optional.empty());
  }

  @AfterEach
  void close() throws IOException {
    pair.close();
  }

  private void write(int seed) throws Exception {
    FileSystemUser user = pair.here().user(root);
    for (int i = 0; i < FILES; i++) {
      user.put("/f" + i, pattern(seed + i, LENGTH));
    }
    user.fileSystem().close();
    pair.here().store().subvolumes().lock(root);
  }

  private byte[] archive() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Transfers.Outgoing whole = Transfers.Outgoing.whole(snapshot);
    pair.here()
        .store()
        .transfers()
        .backup(whole, Pace.unlimited(), Channels.newChannel(out), done -> {});
    return out.toByteArray();
  }

  /** Changes the first records of a table of the one layer behind the store's back. */
  private List<Stored> change(Table table, int count, Change change) throws Exception {
    List<Stored> before = new ArrayList<>();
    pair.here().close();
    try (RocksMetaStore meta =
        RocksMetaStore.open(
            temporary.resolve("here/meta"), RocksTuning.standard(), ReplayCheck.NONE)) {
      try (MetaCursor cursor = meta.scan(table, new byte[0], new byte[] {1})) {
        while (before.size() < count && cursor.next()) {
          before.add(new Stored(cursor.key(), cursor.value()));
        }
      }
      try (MetaBatch batch = meta.batch()) {
        for (Stored one : before) {
          Optional<byte[]> now = change.of(one.value());
          if (now.isPresent()) {
            batch.put(table, one.key(), now.get());
          } else {
            batch.delete(table, one.key());
          }
        }
        meta.commit(batch);
      }
    }
    pair.here().reopen();
    assertThat(before).hasSize(count);
    return before;
  }

  private Repairs repair(byte[] source) throws IOException {
    Repairs repairs = new Repairs();
    pair.here()
        .store()
        .upkeep()
        .repair(Optional.empty(), new ByteArrayInputStream(source), repairs);
    return repairs;
  }

  private void unlock() throws IOException {
    pair.here().store().subvolumes().unlock(root, List.of(pair.here().machineKey()));
  }

  private void assertWhole() throws Exception {
    assertThat(pair.here().verify().findings()).isEmpty();
    assertThat(pair.here().store().check().problems()).isEmpty();
    FileSystemUser user = pair.here().user(root);
    for (int i = 0; i < FILES; i++) {
      same(user.read("/f" + i), pattern(i, LENGTH), "file " + i);
    }
    user.fileSystem().close();
  }

  private static byte[] flipped(byte[] value, int at) {
    return flipped(value, at, 1);
  }

  private static byte[] flipped(byte[] value, int at, int bits) {
    byte[] changed = value.clone();
    changed[at] ^= (byte) bits;
    return changed;
  }

  /** Between the header and the tag: seal and place still say which record it was. */
  private static Optional<byte[]> bodyFlipped(byte[] value) {
    return Optional.of(flipped(value, value.length - TAG - 1));
  }

  @ParameterizedTest
  @CsvSource({"INODE,false", "ENTRY,true", "REFERENCE,false", "REFERENCE,true"})
  void damagedRecordsAreExchangedOneByOne(Table table, boolean isArchive) throws Exception {
    byte[] source = isArchive ? archive() : stream;
    change(table, 3, RecordRepairTest::bodyFlipped);
    unlock();
    Repairs repairs = repair(source);
    assertThat(repairs.left()).isEmpty();
    assertThat(repairs.repaired()).hasSize(3);
    assertWhole();
    assertThat(repair(source).repaired()).isEmpty();
  }

  @Test
  void whatIsCutOrGoneIsExchangedWhereAllTogetherAreWhatWasWrittenLast() throws Exception {
    change(Table.ENTRY, 1, value -> Optional.of(Arrays.copyOf(value, HEADER)));
    change(Table.REFERENCE, 2, value -> Optional.empty());
    change(Table.INODE, 1, value -> Optional.of(flipped(value, value.length - 1)));
    unlock();
    assertThat(repair(stream).left()).isEmpty();
    assertWhole();
  }

  @Test
  void recordsThatSayTheyAreNewerAreExchanged() throws Exception {
    for (Table table : List.of(Table.INODE, Table.ENTRY, Table.REFERENCE)) {
      change(table, 1, value -> Optional.of(flipped(value, 0, 16)));
    }
    unlock();
    Repairs repairs = repair(stream);
    assertThat(repairs.left()).isEmpty();
    assertThat(repairs.repaired()).hasSizeGreaterThanOrEqualTo(3);
    assertWhole();
  }

  @Test
  void nothingIsTakenWithoutTheKey() throws Exception {
    change(Table.ENTRY, 1, value -> Optional.of(Arrays.copyOf(value, HEADER)));
    Repairs repairs = repair(stream);
    assertThat(repairs.repaired()).isEmpty();
    assertThat(repairs.left()).isNotEmpty();
  }

  /** A record that opens, and is not of the set that the state root is of. */
  @Test
  void olderOrForeignRecordsAreLeftOut() throws Exception {
    UUID other = pair.here().create("other");
    FileSystemUser user = pair.here().user(other);
    user.put("/f", pattern(7, LENGTH));
    user.fileSystem().close();
    pair.here().store().subvolumes().lock(other);
    byte[] foreign = pair.send(pair.freeze(other, "sent"), Optional.empty());
    change(Table.REFERENCE, 1, RecordRepairTest::bodyFlipped);
    unlock();
    Repairs repairs = repair(foreign);
    assertThat(repairs.repaired()).isEmpty();
    assertThat(repairs.left()).hasSize(1);
  }

  /** No stream is of what a root goes on writing to. */
  @Test
  void layerThatGrowsKeepsWhatItHas() throws Exception {
    unlock();
    write(20);
    change(Table.INODE, FILES + 2, RecordRepairTest::bodyFlipped);
    unlock();
    Repairs repairs = repair(stream);
    assertThat(repairs.repaired()).hasSize(FILES + 1);
    assertThat(repairs.left()).hasSize(1);
  }
}
