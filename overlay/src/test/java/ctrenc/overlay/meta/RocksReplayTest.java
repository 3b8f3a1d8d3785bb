package ctrenc.overlay.meta;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.storage.LiveCopy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the store goes back to when records reached the disk and the bytes they point at did not.
 */
final class RocksReplayTest {

  private static final int BATCHES = 10;
  private static final long LAYER = 7;
  private static final ReplayCheck FIVE_IS_LOST = found -> Set.of(ByteBuffer.wrap(key(5)));

  @TempDir Path directory;
  private Path found = Path.of("");
  private int lives;

  @BeforeEach
  void crash() throws IOException {
    found =
        leftBy(
            store -> {
              for (int i = 0; i < BATCHES; i++) {
                commit(store, i);
              }
            });
  }

  @Test
  void goesBackToBeforeTheFirstLostPlace() throws IOException {
    losePower(found);
    try (MetaStore store = open(found, FIVE_IS_LOST)) {
      assertThat(batches(store)).containsExactly(0, 1, 2, 3, 4);
      assertThat(store.get(Table.PLACE, key(5))).isEmpty();
      commit(store, 20);
    }
    try (MetaStore store = open(found, ReplayCheck.NONE)) {
      assertThat(batches(store)).containsExactly(0, 1, 2, 3, 4, 20);
    }
  }

  @Test
  void goesOnWithOtherLayers() throws IOException {
    Path place =
        crashWith(
            store -> {
              commit(store, 4);
              commit(store, 5);
              commitOther(store, 1);
              commit(store, 6);
              putCatalog(store, 1);
              commitOther(store, 2);
            });
    try (MetaStore store = open(place, FIVE_IS_LOST)) {
      assertThat(batches(store)).containsExactly(4);
      assertThat(store.get(Table.INODE, otherKey(1))).isPresent();
      assertThat(store.get(Table.INODE, otherKey(2))).isPresent();
      assertThat(store.get(Table.CATALOG, otherKey(1))).isPresent();
    }
  }

  @Test
  void appliesNoHalfOfABatch() throws IOException {
    Path place =
        crashWith(
            store -> {
              commit(store, 4);
              commit(store, 5);
              commitOther(store, 1);
              try (MetaBatch batch = store.batch()) {
                batch.put(Table.INODE, key(6), new byte[1]);
                batch.put(Table.CATALOG, otherKey(2), new byte[1]);
                store.commit(batch);
              }
              commitOther(store, 3);
            });
    try (MetaStore store = open(place, FIVE_IS_LOST)) {
      assertThat(batches(store)).containsExactly(4);
      assertThat(store.get(Table.INODE, otherKey(1))).isPresent();
      assertThat(store.get(Table.CATALOG, otherKey(2))).isEmpty();
      assertThat(store.get(Table.INODE, otherKey(3))).isEmpty();
    }
  }

  @Test
  void neverMeetsTheRestOfTheLogAgain() throws IOException {
    losePower(found);
    Path again = directory.resolve("again");
    try (MetaStore store = open(found, FIVE_IS_LOST)) {
      commit(store, 20);
      store.sync();
      commit(store, 21);
      LiveCopy.make(found, again);
    }
    losePower(again);
    try (MetaStore store = open(again, ReplayCheck.NONE)) {
      assertThat(batches(store)).containsExactly(0, 1, 2, 3, 4, 20, 21);
    }
  }

  @Test
  void showsTheCheckEverythingThatWasFound() throws IOException {
    losePower(found);
    List<Integer> seen = new ArrayList<>();
    ReplayCheck check =
        reader -> {
          seen.addAll(batches(reader));
          return Set.of();
        };
    try (MetaStore store = open(found, check)) {
      assertThat(seen).hasSize(BATCHES);
      assertThat(batches(store)).hasSize(BATCHES);
    }
  }

  @Test
  void asksAgainWhatIsLostInWhatIsLeft() throws IOException {
    losePower(found);
    ReplayCheck check =
        reader ->
            reader.get(Table.PLACE, key(5)).isPresent()
                ? Set.of(ByteBuffer.wrap(key(5)))
                : Set.of(ByteBuffer.wrap(key(3)));
    try (MetaStore store = open(found, check)) {
      assertThat(batches(store)).containsExactly(0, 1, 2);
    }
  }

  @Test
  void asksNothingWhereThePowerStayedOnOrTheCloseWasOrderly() throws IOException {
    AtomicInteger asked = new AtomicInteger();
    ReplayCheck check =
        reader -> {
          asked.incrementAndGet();
          return Set.of(ByteBuffer.wrap(key(5)));
        };
    try (MetaStore store = open(found, check)) {
      assertThat(batches(store)).hasSize(BATCHES);
    }
    try (MetaStore store = open(found, check)) {
      assertThat(batches(store)).hasSize(BATCHES);
    }
    assertThat(asked).hasValue(0);
  }

  private Path crashWith(Work work) throws IOException {
    Path left = leftBy(work);
    losePower(left);
    return left;
  }

  /** What a process left that did some work and died. */
  private Path leftBy(Work work) throws IOException {
    int number = lives++;
    Path live = directory.resolve("live" + number);
    Path left = directory.resolve("left" + number);
    try (MetaStore store = open(live, ReplayCheck.NONE)) {
      work.on(store);
      LiveCopy.make(live, left);
    }
    return left;
  }

  private static void commitOther(MetaStore store, int number) throws IOException {
    try (MetaBatch batch = store.batch()) {
      batch.put(Table.PLACE, otherKey(number), new byte[200]);
      batch.put(Table.INODE, otherKey(number), new byte[] {1});
      store.commit(batch);
    }
  }

  private static void putCatalog(MetaStore store, int number) throws IOException {
    try (MetaBatch batch = store.batch()) {
      batch.put(Table.CATALOG, otherKey(number), new byte[] {1});
      store.commit(batch);
    }
  }

  private static MetaStore open(Path place, ReplayCheck check) throws IOException {
    return RocksMetaStore.open(place, RocksTuning.standard(), check);
  }

  private static void commit(MetaStore store, int number) throws IOException {
    try (MetaBatch batch = store.batch()) {
      batch.put(Table.PLACE, key(number), new byte[200]);
      batch.add(Table.SHARE, key(number), 3);
      batch.put(Table.INODE, key(number), new byte[] {1});
      batch.deleteRange(Table.ENTRY, key(number), key(number + 1));
      batch.delete(Table.ORPHAN, key(number));
      store.commit(batch);
    }
  }

  private static List<Integer> batches(MetaReader store) throws IOException {
    List<Integer> numbers = new ArrayList<>();
    try (MetaCursor cursor = store.scan(Table.INODE, key(0), key(Integer.MAX_VALUE))) {
      while (cursor.next()) {
        numbers.add(ByteBuffer.wrap(cursor.key()).getInt(Long.BYTES));
      }
    }
    return numbers;
  }

  private static void losePower(Path place) throws IOException {
    Files.writeString(place.resolve("in-use"), "another start of the machine");
  }

  private static byte[] key(int number) {
    return key(LAYER, number);
  }

  private static byte[] otherKey(int number) {
    return key(LAYER + 1, number);
  }

  private static byte[] key(long layer, int number) {
    return ByteBuffer.allocate(Long.BYTES + Integer.BYTES).putLong(layer).putInt(number).array();
  }

  @FunctionalInterface
  private interface Work {
    void on(MetaStore store) throws IOException;
  }
}
