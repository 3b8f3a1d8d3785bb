package ctrenc.overlay.layer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.extent.ExtentReference;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.Name;
import ctrenc.overlay.vfs.Timestamp;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every upper layer does; an implementation says how it is opened. */
abstract class UpperLayerContract {

  static final long FLOOR = 100;

  private UpperLayer layer;

  /** Opens the layer of this test: a new one at first, then the same one again. */
  abstract UpperLayer open() throws IOException;

  /** Closes what lies under the layer, which is closed already. */
  void closeStores() throws IOException {}

  @BeforeEach
  void openFirst() throws IOException {
    layer = open();
  }

  @AfterEach
  void closeLast() throws IOException {
    layer.close();
    closeStores();
  }

  private void reopen() throws IOException {
    layer.close();
    layer = open();
  }

  @Test
  void recordsAreWhatWasPut() throws IOException {
    List<InodeRecord> records = everyKindOfRecord();
    try (LayerBatch batch = layer.batch()) {
      for (int i = 0; i < records.size(); i++) {
        batch.putInode(FLOOR + i, records.get(i));
      }
      batch.commit();
    }
    assertRecords(records);
    reopen();
    assertRecords(records);
  }

  private void assertRecords(List<InodeRecord> expected) throws IOException {
    for (int i = 0; i < expected.size(); i++) {
      InodeRecord found = layer.inode(FLOOR + i).orElseThrow();
      assertThat(TestLayers.content(found)).isEqualTo(TestLayers.content(expected.get(i)));
    }
    assertThat(layer.inode(FLOOR + expected.size())).isEmpty();
    assertThat(layer.inode(1)).isEmpty();
  }

  static List<InodeRecord> everyKindOfRecord() {
    SortedMap<Name, byte[]> xattrs = new TreeMap<>();
    xattrs.put(Name.of("user.empty"), new byte[0]);
    xattrs.put(Name.of("trusted.big"), new byte[65536]);
    Timestamp early = new Timestamp(-62_135_596_800L, 0);
    Timestamp late = new Timestamp(Long.MAX_VALUE, 999_999_999);
    InodeRecord extreme =
        new InodeRecord(
            FileMode.DIRECTORY | 07777,
            -1,
            -2,
            -3,
            Integer.MAX_VALUE,
            Long.MAX_VALUE,
            5,
            early,
            late,
            early,
            late,
            Long.MAX_VALUE,
            true,
            InodeRecord.RUNS,
            Collections.unmodifiableSortedMap(xattrs));
    return List.of(
        TestLayers.file(0),
        TestLayers.file(1L << 40),
        TestLayers.record(FileMode.REGULAR, 3, new InodeRecord.Body.Small(new byte[] {1, 2, 3})),
        TestLayers.record(FileMode.REGULAR, 2048, new InodeRecord.Body.Small(new byte[2048])),
        TestLayers.record(
            FileMode.SYMLINK | 0777, 4095, new InodeRecord.Body.Target(new byte[4095])),
        TestLayers.record(FileMode.FIFO, 0, InodeRecord.RUNS),
        extreme);
  }

  @Test
  void laterRecordReplacesAndRemovalForgets() throws IOException {
    putInode(FLOOR, TestLayers.file(1));
    putInode(FLOOR, TestLayers.file(2));
    assertThat(layer.inode(FLOOR).orElseThrow().size()).isEqualTo(2);
    try (LayerBatch batch = layer.batch()) {
      batch.removeInode(FLOOR);
      batch.commit();
    }
    assertThat(layer.inode(FLOOR)).isEmpty();
    reopen();
    assertThat(layer.inode(FLOOR)).isEmpty();
  }

  @Test
  void entriesAreFoundListedAndRemoved() throws IOException {
    Name odd = Name.of(new byte[] {(byte) 0xff, '\n', (byte) 0x80});
    Name longest = Name.of("n".repeat(255));
    List<DirectoryEntry> entries =
        List.of(
            new DirectoryEntry.Child(odd, 7, 8),
            new DirectoryEntry.Child(longest, Long.MAX_VALUE, 4),
            new DirectoryEntry.Whiteout(Name.of("hidden")));
    try (LayerBatch batch = layer.batch()) {
      for (DirectoryEntry entry : entries) {
        batch.putEntry(5, entry);
      }
      batch.putEntry(6, new DirectoryEntry.Child(odd, 9, 8));
      batch.commit();
    }
    for (int opening = 0; opening < 2; opening++) {
      for (DirectoryEntry entry : entries) {
        assertThat(layer.entry(5, entry.name())).contains(entry);
      }
      assertThat(layer.entry(5, Name.of("absent"))).isEmpty();
      assertThat(layer.entry(4, odd)).isEmpty();
      assertThat(list(5)).containsExactlyInAnyOrderElementsOf(entries);
      assertThat(list(5)).isEqualTo(list(5));
      reopen();
    }
    try (LayerBatch batch = layer.batch()) {
      batch.removeEntry(5, odd);
      batch.commit();
    }
    assertThat(list(5)).hasSize(2);
    assertThat(layer.entry(5, odd)).isEmpty();
    assertThat(layer.entry(6, odd)).isPresent();
  }

  @Test
  void removingAllEntriesCountsThoseOfTheSameBatch() throws IOException {
    TestLayers.putEntry(layer, 5, "before", 7);
    try (LayerBatch batch = layer.batch()) {
      batch.putEntry(5, new DirectoryEntry.Whiteout(Name.of("dropped")));
      batch.removeEntries(5);
      batch.putEntry(5, new DirectoryEntry.Whiteout(Name.of("kept")));
      batch.commit();
    }
    assertThat(list(5)).extracting(DirectoryEntry::name).containsExactly(Name.of("kept"));
    assertThat(layer.entry(5, Name.of("before"))).isEmpty();
    assertThat(layer.entry(5, Name.of("dropped"))).isEmpty();
  }

  @Test
  void filterLetsEveryEntryPassAndHardlyAnyOther() throws IOException {
    int some = 500;
    try (LayerBatch batch = layer.batch()) {
      for (int i = 0; i < some; i++) {
        batch.putEntry(5 + i % 3, new DirectoryEntry.Child(Name.of("name" + i), 7 + i, 8));
        batch.putEntry(9, new DirectoryEntry.Whiteout(Name.of("gone" + i)));
      }
      batch.commit();
    }
    assertThat(layer.entryFilter(2 * some - 1)).isEmpty();
    EntryFilter filter = layer.entryFilter(2 * some).orElseThrow();
    int strangers = 0;
    for (int i = 0; i < some; i++) {
      assertThat(filter.mayHave(5 + i % 3, Name.of("name" + i))).isTrue();
      assertThat(filter.mayHave(9, Name.of("gone" + i))).isTrue();
      strangers += filter.mayHave(9, Name.of("name" + i)) ? 1 : 0;
      strangers += filter.mayHave(6 + i % 3, Name.of("name" + i)) ? 1 : 0;
    }
    assertThat(strangers).isLessThan(3);
  }

  @Test
  void listingStopsWhenToldTo() throws IOException {
    for (int i = 0; i < 5; i++) {
      TestLayers.putEntry(layer, 5, "name" + i, 7 + i);
    }
    List<DirectoryEntry> some = new ArrayList<>();
    layer.entries(5, entry -> some.add(entry) && some.size() < 3);
    assertThat(some).isEqualTo(list(5).subList(0, 3));
  }

  @Test
  void closedBatchChangesNothing() throws IOException {
    putInode(FLOOR, TestLayers.file(1));
    ExtentReference extent = append("data");
    try (LayerBatch batch = layer.batch()) {
      batch.putInode(FLOOR, TestLayers.file(2));
      batch.putEntry(5, new DirectoryEntry.Whiteout(Name.of("w")));
      batch.replace(FLOOR, new FileRun.Data(0, extent));
      batch.putOrphan(FLOOR);
    }
    assertThat(layer.inode(FLOOR).orElseThrow().size()).isEqualTo(1);
    assertThat(list(5)).isEmpty();
    assertThat(layer.run(FLOOR, 0)).isEmpty();
    assertThat(orphans()).isEmpty();
  }

  @Test
  void numbersAreNeverGivenTwice() throws IOException {
    Set<Long> given = new HashSet<>();
    for (int opening = 0; opening < 3; opening++) {
      for (int i = 0; i < 10; i++) {
        long inode = layer.allocateInode();
        assertThat(inode).isGreaterThanOrEqualTo(FLOOR);
        assertThat(given.add(inode)).isTrue();
        putInode(inode, TestLayers.file(0));
        assertThat(layer.inodeCeiling()).isGreaterThan(inode);
      }
      reopen();
      long highest = Collections.max(given);
      assertThat(layer.inodeCeiling()).isGreaterThan(highest);
    }
  }

  @Test
  void bytesAreReadFromRunsHolesAndRecords() throws IOException {
    ExtentReference extent = append("0123456789");
    byte[] small = "small".getBytes(UTF_8);
    try (LayerBatch batch = layer.batch()) {
      batch.putInode(FLOOR, TestLayers.file(20));
      batch.replace(FLOOR, new FileRun.Data(2, extent));
      batch.replace(FLOOR, new FileRun.Hole(5, 3));
      batch.putInode(
          FLOOR + 1, TestLayers.record(FileMode.REGULAR, 5, new InodeRecord.Body.Small(small)));
      batch.commit();
    }
    for (int opening = 0; opening < 2; opening++) {
      assertThat(TestLayers.read(layer, FLOOR, 12)).isEqualTo(bytes("\0\0" + "012\0\0\0" + "6789"));
      assertThat(layer.run(FLOOR, 6).orElseThrow()).isEqualTo(new FileRun.Hole(5, 3));
      assertThat(layer.run(FLOOR, 8).orElseThrow().offset()).isEqualTo(8);
      assertThat(layer.run(FLOOR, 12)).isEmpty();
      assertThat(TestLayers.read(layer, FLOOR + 1, 5)).isEqualTo(small);
      assertThat(layer.run(FLOOR + 1, 5)).isEmpty();
      reopen();
    }
  }

  @Test
  void oneBatchMayUseOneExtentOftenAndSeesItself() throws IOException {
    byte[] plain = new byte[3000];
    Arrays.fill(plain, 0, 1000, (byte) 'a');
    Arrays.fill(plain, 1000, 2000, (byte) 'b');
    Arrays.fill(plain, 2000, 3000, (byte) 'c');
    ExtentReference extent = layer.append(plain, 0, plain.length);
    try (LayerBatch batch = layer.batch()) {
      batch.replace(FLOOR, new FileRun.Data(0, extent.part(0, 1000)));
      batch.replace(FLOOR, new FileRun.Data(500, extent.part(2000, 1000)));
      batch.replace(FLOOR + 1, new FileRun.Data(0, extent.part(1000, 1000)));
      batch.truncate(FLOOR, 1200);
      batch.commit();
    }
    byte[] expected = new byte[1200];
    Arrays.fill(expected, 0, 500, (byte) 'a');
    Arrays.fill(expected, 500, 1200, (byte) 'c');
    assertThat(TestLayers.read(layer, FLOOR, 1200)).isEqualTo(expected);
    assertThat(layer.run(FLOOR, 1200)).isEmpty();
    try (LayerBatch batch = layer.batch()) {
      batch.truncate(FLOOR, 0);
      batch.commit();
    }
    assertThat(TestLayers.read(layer, FLOOR + 1, 1000))
        .isEqualTo(Arrays.copyOfRange(plain, 1000, 2000));
  }

  @Test
  void onlyRunsOfExtentsAndHolesArePut() throws IOException {
    try (LayerBatch batch = layer.batch()) {
      assertThatThrownBy(() -> batch.replace(FLOOR, new FileRun.Inline(FLOOR, 5)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> batch.replace(FLOOR, new FileRun.HostFile(FLOOR, 5)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> batch.replace(FLOOR, new FileRun.Hole(5, 0)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void orphansAreOfferedUntilTheyAreRemoved() throws IOException {
    try (LayerBatch batch = layer.batch()) {
      batch.putOrphan(FLOOR);
      batch.putOrphan(FLOOR + 1);
      batch.commit();
    }
    reopen();
    assertThat(orphans()).containsExactly(FLOOR, FLOOR + 1);
    try (LayerBatch batch = layer.batch()) {
      batch.removeOrphan(FLOOR);
      batch.commit();
    }
    reopen();
    assertThat(orphans()).containsExactly(FLOOR + 1);
  }

  @Test
  void readersSeeWholeBatchesOfWritersBesideThem()
      throws IOException, InterruptedException, ExecutionException {
    int writers = 4;
    try (ExecutorService threads = Executors.newFixedThreadPool(writers)) {
      List<Future<Integer>> ends = new ArrayList<>();
      for (int writer = 0; writer < writers; writer++) {
        ends.add(threads.submit(writeAndRead(FLOOR + writer)));
      }
      for (Future<Integer> end : ends) {
        assertThat(end.get()).isEqualTo(200);
      }
    }
    reopen();
    for (int writer = 0; writer < writers; writer++) {
      assertThat(layer.inode(FLOOR + writer).orElseThrow().size()).isEqualTo(200);
      assertThat(TestLayers.read(layer, FLOOR + writer, 200)).hasSize(200).doesNotContain(0);
    }
  }

  private Callable<Integer> writeAndRead(long inode) {
    return () -> {
      int size = 0;
      while (size < 200) {
        size++;
        ExtentReference extent = layer.append(new byte[] {(byte) size}, 0, 1);
        try (LayerBatch batch = layer.batch()) {
          batch.replace(inode, new FileRun.Data(size - 1, extent));
          batch.putInode(inode, TestLayers.file(size));
          batch.putEntry(1, new DirectoryEntry.Child(Name.of(inode + "-" + size), inode, 8));
          batch.commit();
        }
        assertThat(layer.inode(inode).orElseThrow().size()).isEqualTo(size);
        assertThat(layer.run(inode, size - 1)).isPresent();
        assertThat(layer.entry(1, Name.of(inode + "-" + size))).isPresent();
      }
      return size;
    };
  }

  private void putInode(long inode, InodeRecord inodeRecord) throws IOException {
    try (LayerBatch batch = layer.batch()) {
      batch.putInode(inode, inodeRecord);
      batch.commit();
    }
  }

  private ExtentReference append(String text) throws IOException {
    byte[] plain = bytes(text);
    return layer.append(plain, 0, plain.length);
  }

  private List<DirectoryEntry> list(long parent) throws IOException {
    List<DirectoryEntry> entries = new ArrayList<>();
    layer.entries(parent, entries::add);
    return entries;
  }

  private List<Long> orphans() throws IOException {
    List<Long> orphans = new ArrayList<>();
    layer.orphans(orphans::add);
    return orphans;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
