package ctrenc.overlay.meta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatTooNewException;
import ctrenc.overlay.storage.LiveCopy;
import ctrenc.overlay.storage.StoreBusyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

final class RocksMetaStoreTest extends MetaStoreContract {

  private static final byte[] VALUE = new byte[200];

  @TempDir Path directory;

  @Override
  MetaStore create() throws IOException {
    return RocksMetaStore.open(directory.resolve("meta"), RocksTuning.small(), ReplayCheck.NONE);
  }

  @Test
  void findsEverythingCommittedAfterTheProcessDied() throws IOException {
    Path live = directory.resolve("live");
    Path found = directory.resolve("found");
    try (MetaStore store = RocksMetaStore.open(live, RocksTuning.standard(), ReplayCheck.NONE)) {
      putMany(store, 0, 500);
      LiveCopy.make(live, found);
    }
    try (MetaStore store = RocksMetaStore.open(found, RocksTuning.standard(), ReplayCheck.NONE)) {
      assertThat(store.get(Table.INODE, name(499))).hasValue(VALUE);
      assertThat(count(store)).isEqualTo(500);
    }
  }

  @Test
  void findsAPrefixWhenTheLogIsTorn() throws IOException {
    Path live = directory.resolve("live");
    Path found = directory.resolve("found");
    try (MetaStore store = RocksMetaStore.open(live, RocksTuning.standard(), ReplayCheck.NONE)) {
      putMany(store, 0, 100);
      LiveCopy.make(live, found);
    }
    Path log = filesOf(found, ".log").getFirst();
    byte[] bytes = Files.readAllBytes(log);
    Files.write(log, Arrays.copyOf(bytes, bytes.length / 2));
    try (MetaStore store = RocksMetaStore.open(found, RocksTuning.standard(), ReplayCheck.NONE)) {
      int kept = count(store);
      assertThat(kept).isBetween(40, 60);
      assertThat(store.get(Table.INODE, name(kept - 1))).isPresent();
    }
  }

  @Test
  void tellsHooksBeforeItFlushes() throws Exception {
    CountDownLatch told = new CountDownLatch(1);
    try (MetaStore store =
        RocksMetaStore.open(directory.resolve("flushed"), RocksTuning.small(), ReplayCheck.NONE)) {
      store.addFlushHook(told::countDown);
      putMany(store, 0, 5_000);
      assertThat(told.await(60, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void takesNoMoreChangesAfterAHookFailed() throws Exception {
    try (MetaStore store =
        RocksMetaStore.open(directory.resolve("failing"), RocksTuning.small(), ReplayCheck.NONE)) {
      CountDownLatch told = new CountDownLatch(1);
      store.addFlushHook(
          () -> {
            told.countDown();
            throw new IOException("no room for data");
          });
      assertThatThrownBy(() -> putMany(store, 0, 100_000)).hasRootCauseMessage("no room for data");
      assertThatThrownBy(store::sync).hasRootCauseMessage("no room for data");
    }
  }

  @Test
  void letsOneProcessIn() throws IOException {
    Path place = directory.resolve("held");
    try (MetaStore store = RocksMetaStore.open(place, RocksTuning.small(), ReplayCheck.NONE)) {
      assertThatThrownBy(() -> RocksMetaStore.open(place, RocksTuning.small(), ReplayCheck.NONE))
          .isInstanceOf(StoreBusyException.class);
      store.sync();
    }
    RocksMetaStore.open(place, RocksTuning.small(), ReplayCheck.NONE).close();
  }

  @Test
  void refusesATableOfANewerRelease() throws IOException, RocksDBException {
    Path place = directory.resolve("newer");
    try (Options options = new Options().setCreateIfMissing(true);
        ColumnFamilyOptions familyOptions = new ColumnFamilyOptions();
        RocksDB database = RocksDB.open(options, place.toString());
        ColumnFamilyHandle family =
            database.createColumnFamily(
                new ColumnFamilyDescriptor(key("hologram"), familyOptions))) {
      assertThat(family.isOwningHandle()).isTrue();
    }
    assertThatThrownBy(() -> RocksMetaStore.open(place, RocksTuning.small(), ReplayCheck.NONE))
        .isInstanceOf(FormatTooNewException.class)
        .hasMessageContaining("hologram");
  }

  @Test
  void saysThatATableFileIsDamaged() throws Exception {
    Path place = directory.resolve("damaged");
    try (MetaStore store = RocksMetaStore.open(place, RocksTuning.small(), ReplayCheck.NONE)) {
      CountDownLatch told = new CountDownLatch(1);
      store.addFlushHook(told::countDown);
      putMany(store, 0, 5_000);
      assertThat(told.await(60, TimeUnit.SECONDS)).isTrue();
    }
    for (Path table : filesOf(place, ".sst")) {
      byte[] bytes = Files.readAllBytes(table);
      for (int i = 100; i < bytes.length * 3 / 4; i += 512) {
        bytes[i] ^= 1;
      }
      Files.write(table, bytes);
    }
    assertThatThrownBy(
            () -> {
              try (MetaStore store =
                  RocksMetaStore.open(place, RocksTuning.small(), ReplayCheck.NONE)) {
                count(store);
              }
            })
        .isInstanceOf(DamagedException.class);
  }

  @Test
  void refusesUseAfterCloseAndCloseUnderACursor() throws IOException {
    MetaStore store =
        RocksMetaStore.open(directory.resolve("closed"), RocksTuning.small(), ReplayCheck.NONE);
    store.close();
    store.close();
    assertThatThrownBy(() -> store.get(Table.INODE, key("a")))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(store::sync).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void keepsNoNativeMemoryOfBatchesScansAndReads() throws IOException {
    try (MetaStore store =
        RocksMetaStore.open(directory.resolve("leaks"), RocksTuning.small(), ReplayCheck.NONE)) {
      long least = Long.MAX_VALUE;
      for (int turn = 0; turn < 6; turn++) {
        // What the collector has freed is taken first, so the heap hardly grows in the later turns.
        System.gc();
        long before = residentBytes();
        useOften(store, 60_000);
        least = Math.min(least, residentBytes() - before);
      }
      // One leaked iterator, batch or option each time would take well over 60 MB in every turn.
      assertThat(least).isLessThan(24L << 20);
    }
  }

  private static void useOften(MetaStore store, int times) throws IOException {
    for (int i = 0; i < times; i++) {
      try (MetaBatch batch = store.batch()) {
        batch.put(Table.INODE, name(i % 100), VALUE);
        store.commit(batch);
      }
      assertThat(store.get(Table.INODE, name(i % 100))).isPresent();
      try (MetaCursor cursor = store.scan(Table.INODE, name(0), name(2))) {
        assertThat(cursor.next()).isTrue();
      }
    }
  }

  private static long residentBytes() throws IOException {
    String pages = Files.readString(Path.of("/proc/self/statm")).split(" ")[1];
    return Long.parseLong(pages) * 4096;
  }

  private static void putMany(MetaStore store, int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      try (MetaBatch batch = store.batch()) {
        batch.put(Table.INODE, name(i), VALUE);
        store.commit(batch);
      }
    }
  }

  private static byte[] name(int i) {
    return key(String.format("n%07d", i));
  }

  private static int count(MetaStore store) throws IOException {
    int count = 0;
    try (MetaCursor cursor = store.scan(Table.INODE, key("n"), key("o"))) {
      while (cursor.next()) {
        count++;
      }
    }
    return count;
  }

  private static List<Path> filesOf(Path directory, String suffix) throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
    }
  }
}
