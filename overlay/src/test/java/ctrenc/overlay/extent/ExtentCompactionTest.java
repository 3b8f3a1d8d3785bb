package ctrenc.overlay.extent;

import static ctrenc.overlay.extent.ExtentFixture.bytes;
import static ctrenc.overlay.extent.ExtentFixture.read;
import static ctrenc.overlay.extent.ExtentFixture.release;
import static ctrenc.overlay.extent.ExtentFixture.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.meta.MemoryMetaStore;
import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.segment.SegmentFiles;
import ctrenc.overlay.storage.DiskFailures;
import ctrenc.overlay.storage.DiskFullException;
import ctrenc.overlay.storage.MemoryStorage;
import ctrenc.overlay.storage.Pace;
import ctrenc.overlay.storage.Storage;
import ctrenc.overlay.storage.StorageFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Segment files that are mostly dead are rewritten, and nobody notices. */
final class ExtentCompactionTest {

  private static final int LENGTH = 20_000;
  private static final int MANY = 100;
  private final ExtentFixture fixture = new ExtentFixture();
  private final MemoryStorage disk = new MemoryStorage();
  private final DiskFailures failures = new DiskFailures();
  private final Storage storage = failures.over(disk);
  private final MemoryMetaStore meta = new MemoryMetaStore();
  private final Map<Integer, ExtentReference> living = new TreeMap<>();
  private final List<Long> damaged = new ArrayList<>();

  private CompactionResult compact(SegmentExtentStore store) throws IOException {
    return store.compact(
        CompactionRule.asked(), Pace.unlimited(), ExtentFixture.movingWith(() -> {}, damaged::add));
  }

  /** Files of which one extent in five lives. */
  private void writeHoles(SegmentExtentStore store) throws IOException {
    for (int i = 0; i < MANY; i++) {
      living.put(i, write(store, meta, bytes(i, LENGTH)));
    }
    for (int i = 0; i < MANY; i++) {
      if (i % 5 != 0) {
        release(store, meta, living.remove(i).extent());
      }
    }
    store.giveBack();
  }

  private void assertLives(SegmentExtentStore store) throws IOException {
    for (Map.Entry<Integer, ExtentReference> one : living.entrySet()) {
      assertThat(read(store, one.getValue())).isEqualTo(bytes(one.getKey(), LENGTH));
    }
    assertThat(fixture.findings()).isEmpty();
  }

  /** The location map names what lives, and nothing else. */
  private void assertPlaced(int extents) throws IOException {
    assertThat(PlaceScan.references(meta, ExtentFixture.NUMBER)).hasSize(extents);
    assertThat(PlaceScan.miscounted(meta, ExtentFixture.NUMBER)).isEmpty();
  }

  @Test
  void removesFilesThatAreMostlyDeadWithoutTheKey() throws IOException {
    try (SegmentExtentStore store = fixture.open(storage, meta)) {
      writeHoles(store);
    }
    List<String> before = disk.names();
    fixture.setLocked(true);
    try (SegmentExtentStore store = fixture.open(storage, meta)) {
      CompactionResult result = compact(store);
      assertThat(result.files()).isEqualTo(before.size());
      assertThat(result.movedBytes()).isEqualTo(ExtentFixture.live(meta));
      assertThat(result.storedAfter()).isEqualTo(store.storedBytes());
    }
    fixture.setLocked(false);
    assertThat(disk.names()).hasSize(1).doesNotContainAnyElementsOf(before);
    try (SegmentExtentStore store = fixture.open(storage, meta)) {
      assertLives(store);
      assertPlaced(living.size());
      ExtentReference fresh = write(store, meta, bytes(-1, LENGTH));
      assertThat(fresh.extent()).isEqualTo(MANY + 1);
      assertThat(compact(store).files()).isZero();
    }
  }

  @Test
  void whatDiesWhileItIsMovedIsGone() throws IOException {
    try (SegmentExtentStore store = fixture.open(storage, meta)) {
      writeHoles(store);
      ExtentReference before = living.remove(0);
      ExtentReference between = living.remove(5);
      failures.beforeNext(
          "write",
          () -> {
            release(store, meta, before.extent());
            failures.beforeNext("sync", () -> release(store, meta, between.extent()));
          });
      compact(store);
      store.giveBack();
      assertLives(store);
      assertPlaced(living.size());
      // Of the two dead copies nothing is left but the blocks at their ends.
      assertThat(store.storedBytes()).isLessThan(ExtentFixture.live(meta) + 7 * 4096);
    }
  }

  private SegmentFiles files() throws IOException {
    return SegmentFiles.open(disk, ExtentFixture.SEGMENTS, ExtentFixture.LAYER, 1 << 20);
  }

  @Test
  void whatIsDamagedStaysWithItsFile() throws IOException {
    try (SegmentExtentStore store = fixture.open(storage, meta)) {
      writeHoles(store);
      ExtentReference victim = living.remove(10);
      byte[] key = ExtentKeys.extent(ExtentFixture.NUMBER, victim.extent());
      PlaceRecord record = PlaceRecord.decode(meta.get(Table.PLACE, key).orElseThrow(), "it");
      String name = files().name(record.place().file());
      flip(name, record.place().end() - 1);
      int files = disk.names().size();
      assertThat(compact(store).files()).isEqualTo(files - 1);
      assertThat(damaged).containsExactly(victim.extent());
      assertThat(disk.names()).contains(name);
      assertThat(PlaceRecord.decode(meta.get(Table.PLACE, key).orElseThrow(), "it"))
          .isEqualTo(record);
      assertLives(store);
    }
  }

  private void flip(String name, long offset) throws IOException {
    try (Arena arena = Arena.ofConfined();
        StorageFile file = disk.open(name)) {
      byte[] one = {(byte) (disk.bytes(name)[(int) offset] ^ 1)};
      file.write(arena.allocateFrom(ValueLayout.JAVA_BYTE, one), offset);
    }
  }

  @Test
  void aFullDiskEndsItAndLosesNothing() throws IOException {
    try (SegmentExtentStore store = fixture.open(storage, meta)) {
      writeHoles(store);
      failures.setFull(true);
      assertThatThrownBy(() -> compact(store))
          .isInstanceOf(DiskFullException.class)
          .hasMessageContaining("too full to move anything");
      assertLives(store);
      failures.setFull(false);
      compact(store);
      assertLives(store);
      assertPlaced(living.size());
    }
  }

  @Test
  void leavesWhatIsAppendedAndNotPlaced() throws IOException {
    try (SegmentExtentStore store = fixture.open(storage, meta)) {
      writeHoles(store);
      ExtentReference appended = store.append(bytes(-1, LENGTH), 0, LENGTH);
      compact(store);
      assertThat(read(store, appended)).isEqualTo(bytes(-1, LENGTH));
      try (MetaBatch batch = meta.batch()) {
        store.place(batch, appended);
        meta.commit(batch);
      }
      assertThat(read(store, appended)).isEqualTo(bytes(-1, LENGTH));
      assertLives(store);
    }
  }

  @Test
  void readersAndWritersGoOn() throws Exception {
    Map<Long, Long> seeds = new ConcurrentHashMap<>();
    Map<Long, ExtentReference> all = new ConcurrentHashMap<>();
    AtomicBoolean isOver = new AtomicBoolean();
    try (SegmentExtentStore store = fixture.open(storage, meta);
        ExecutorService threads = Executors.newFixedThreadPool(3)) {
      List<Future<?>> readers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        Random random = new Random(i);
        readers.add(threads.submit(() -> readSome(store, all, seeds, isOver, random)));
      }
      Random random = new Random(7);
      long files = 0;
      for (int round = 0; round < 60; round++) {
        overwriteSome(store, all, seeds, random);
        files += compact(store).files();
      }
      isOver.set(true);
      for (Future<?> reader : readers) {
        reader.get();
      }
      assertThat(files).isGreaterThan(10);
      assertPlaced(all.size());
    }
    assertThat(fixture.findings()).isEmpty();
  }

  private void overwriteSome(
      SegmentExtentStore store,
      Map<Long, ExtentReference> all,
      Map<Long, Long> seeds,
      Random random)
      throws IOException {
    for (int i = 0; i < 40; i++) {
      long seed = random.nextLong();
      ExtentReference fresh = write(store, meta, bytes(seed, LENGTH));
      seeds.put(fresh.extent(), seed);
      ExtentFixture.replace(store, meta, all, (long) random.nextInt(60), fresh);
    }
  }

  private static void readSome(
      SegmentExtentStore store,
      Map<Long, ExtentReference> all,
      Map<Long, Long> seeds,
      AtomicBoolean isOver,
      Random random) {
    while (!isOver.get()) {
      ExtentReference reference = all.get((long) random.nextInt(60));
      if (reference != null) {
        try {
          assertThat(read(store, reference))
              .isEqualTo(bytes(seeds.getOrDefault(reference.extent(), 0L), LENGTH));
        } catch (ExtentGoneException e) {
          assertThat(all).doesNotContainValue(reference);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }
}
