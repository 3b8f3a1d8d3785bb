package ctrenc.overlay.meta;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.storage.LiveCopy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

class SpareLogTest {

  private static final byte[] VALUE = new byte[100];
  private static final byte[] PAGE = new byte[4300];

  @TempDir Path directory;

  @Test
  void writesItsLogWhereTheFileHasBlocksAlready() throws IOException {
    Path live = directory.resolve("live");
    Path found = directory.resolve("found");
    try (MetaStore store = open(live)) {
      putMany(store, 0, 10);
      store.prepareSyncs();
      Path log = logsOf(live).getLast();
      long length = Files.size(log);
      assertThat(length).isGreaterThan(10 << 20);
      putMany(store, 10, 500);
      store.sync();
      assertThat(logsOf(live)).endsWith(log);
      assertThat(Files.size(log)).isEqualTo(length);
      LiveCopy.make(live, found);
    }
    try (MetaStore store = open(found)) {
      assertThat(count(store)).isEqualTo(500);
    }
  }

  @Test
  void hasAnotherWhenALogIsFull() throws IOException {
    try (MetaStore store = open(directory)) {
      store.prepareSyncs();
      Set<Path> seen = new HashSet<>();
      for (int i = 0; seen.size() < 4; i++) {
        try (MetaBatch batch = store.batch()) {
          batch.put(Table.JOURNAL, key(i), PAGE);
          batch.put(Table.INODE, key(i % 100), VALUE);
          store.commit(batch);
        }
        Path log = logsOf(directory).getLast();
        seen.add(log);
        assertThat(Files.size(log)).as("log %d of those seen", seen.size()).isGreaterThan(8 << 20);
      }
    }
  }

  @Test
  void preparesNothingWhenItIsClosed() throws IOException {
    MetaStore store = open(directory);
    store.close();
    List<Path> left = filesOf(directory);
    store.prepareSyncs();
    assertThat(filesOf(directory)).isEqualTo(left);
  }

  /** A replay may meet the bytes that it was filled with. */
  @Test
  void areOfNoTable() throws RocksDBException {
    List<Integer> families = new ArrayList<>();
    try (WriteBatch filling = new WriteBatch()) {
      filling.putLogData(new byte[300]);
      new BatchReader(filling.data()).visit((family, key, isPut) -> families.add(family));
    }
    assertThat(families).isEmpty();
  }

  private static MetaStore open(Path place) throws IOException {
    return RocksMetaStore.open(place, RocksTuning.standard(), ReplayCheck.NONE);
  }

  private static void putMany(MetaStore store, int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      try (MetaBatch batch = store.batch()) {
        batch.put(Table.INODE, key(i), VALUE);
        store.commit(batch);
      }
    }
  }

  private static byte[] key(int number) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
  }

  private static int count(MetaStore store) throws IOException {
    int count = 0;
    try (MetaCursor cursor = store.scan(Table.INODE, key(0), key(Integer.MAX_VALUE))) {
      while (cursor.next()) {
        count++;
      }
    }
    return count;
  }

  private static List<Path> logsOf(Path place) throws IOException {
    return filesOf(place).stream().filter(file -> file.toString().endsWith(".log")).toList();
  }

  private static List<Path> filesOf(Path place) throws IOException {
    try (Stream<Path> all = Files.list(place)) {
      return all.sorted().toList();
    }
  }
}
