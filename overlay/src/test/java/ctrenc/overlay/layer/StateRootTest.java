package ctrenc.overlay.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.crypto.kdf.LayerKey;
import ctrenc.crypto.secret.Entropy;
import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random work on a sealed layer. Checked of its state root:
 *
 * <ul>
 *   <li>it fits after every batch, after every crash, and while others write;
 *   <li>it does not fit once any record of any table was put back, removed, or brought back;
 *   <li>a layer from before there were roots gets one with its first batch;
 *   <li>one that is taken away is missed.
 * </ul>
 */
@Timeout(120)
class StateRootTest {

  private static final long LAYER = 5;
  private static final long DIRECTORY = 1;
  private static final List<Table> TABLES =
      List.of(Table.LAYER, Table.INODE, Table.ENTRY, Table.REFERENCE, Table.ORPHAN);

  /** A record as it once was; without a value it was not there. */
  private record Once(Table table, byte[] key, Optional<byte[]> value) {}

  private final WorkedLayer work = new WorkedLayer(LAYER);

  StateRootTest() throws IOException {}

  private static Random seeded(String test) {
    long seed = new Random().nextLong();
    System.out.println("StateRootTest." + test + " seed " + seed);
    return new Random(seed);
  }

  @Test
  void fitsAfterEveryBatchAndEveryCrash() throws IOException {
    Random random = seeded("crashes");
    for (int crash = 0; crash < 80; crash++) {
      int steps = random.nextInt(20);
      for (int i = 0; i < steps; i++) {
        work.change(random, DIRECTORY);
        if (random.nextInt(6) == 0) {
          work.layer().sync();
        }
        assertThat(work.fault()).isEmpty();
      }
      work.goOnIn(
          random.nextBoolean()
              ? work.meta().afterProcessDeath()
              : work.meta().afterPowerLoss(random));
      assertThat(work.fault()).isEmpty();
    }
  }

  @Test
  void fitsAfterCallsThatFailed() throws IOException {
    Random random = seeded("failures");
    for (int i = 0; i < 400; i++) {
      work.meta().failCall(1 + random.nextInt(12));
      try {
        work.change(random, DIRECTORY);
        work.change(random, DIRECTORY);
      } catch (IOException failed) {
        assertThat(failed).hasMessageContaining("was to fail");
      }
      if (random.nextInt(4) == 0) {
        work.goOnIn(work.meta().afterProcessDeath());
      }
      work.meta().failCall(1_000_000);
      assertThat(work.fault()).isEmpty();
    }
  }

  @Test
  void findsEveryRecordThatIsPutBack() throws IOException {
    List<Once> old = history(seeded("replays"));
    assertThat(old.stream().map(Once::table).distinct()).containsAll(TABLES);
    for (Once one : old) {
      Optional<byte[]> current = work.meta().get(one.table(), one.key());
      if (same(current, one.value())) {
        continue;
      }
      put(one);
      work.reopen();
      boolean isRoot = Arrays.equals(one.key(), RecordShape.stateKey(LAYER));
      assertThat(work.fault()).as(one.table() + (isRoot ? " root" : "")).isPresent();
      put(new Once(one.table(), one.key(), current));
    }
    work.reopen();
    assertThat(work.fault()).isEmpty();
  }

  /** What random work wrote over, removed, and had not made yet. */
  private List<Once> history(Random random) throws IOException {
    Map<String, Once> before = Map.of();
    List<Once> old = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      Map<String, Once> now = records();
      for (Map.Entry<String, Once> one : now.entrySet()) {
        Once earlier = before.get(one.getKey());
        old.add(
            earlier == null
                ? new Once(one.getValue().table(), one.getValue().key(), Optional.empty())
                : earlier);
      }
      before.forEach(
          (key, one) -> {
            if (!now.containsKey(key)) {
              old.add(one);
            }
          });
      before = now;
      work.change(random, DIRECTORY);
    }
    return old;
  }

  private static boolean same(Optional<byte[]> one, Optional<byte[]> other) {
    return one.map(ByteBuffer::wrap).equals(other.map(ByteBuffer::wrap));
  }

  /** All but salts, which prove themselves, and the state of extents, which is public. */
  private Map<String, Once> records() throws IOException {
    Map<String, Once> records = new HashMap<>();
    for (Table table : TABLES) {
      try (MetaCursor cursor =
          work.meta().scan(table, RecordShape.first(LAYER), RecordShape.first(LAYER + 1))) {
        while (cursor.next()) {
          byte[] key = cursor.key();
          if (table != Table.LAYER
              || StateElement.type(table, key).isPresent()
              || Arrays.equals(key, RecordShape.stateKey(LAYER))) {
            records.put(
                table + Arrays.toString(key), new Once(table, key, Optional.of(cursor.value())));
          }
        }
      }
    }
    return records;
  }

  private void put(Once one) throws IOException {
    work.put(one.table(), one.key(), one.value());
  }

  @Test
  void fitsWhileSeveralWrite() throws Exception {
    Random random = seeded("threads");
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    List<Thread> writers = new ArrayList<>();
    for (int i = 1; i <= 4; i++) {
      writers.add(writer(new Random(random.nextLong()), i * 10L, failures));
    }
    while (writers.stream().anyMatch(Thread::isAlive)) {
      assertThat(work.fault()).isEmpty();
    }
    for (Thread writer : writers) {
      writer.join();
    }
    assertThat(failures).isEmpty();
    assertThat(work.fault()).isEmpty();
  }

  private Thread writer(Random random, long firstFile, List<Throwable> failures) {
    return Thread.ofPlatform()
        .start(
            () -> {
              try {
                for (int step = 0; step < 150; step++) {
                  work.change(random, firstFile);
                }
              } catch (Throwable e) {
                failures.add(e);
              }
            });
  }

  @Test
  void missesARootThatIsTakenAway() throws IOException {
    TestLayers.putEntry(work.layer(), DIRECTORY, "name", 7);
    put(new Once(Table.LAYER, RecordShape.stateKey(LAYER), Optional.empty()));
    work.reopen();
    assertThat(work.fault()).contains(StateScrub.GONE);
    assertThatThrownBy(() -> TestLayers.putEntry(work.layer(), 1, "more", 7))
        .isInstanceOf(DamagedException.class);
  }

  @Test
  void layerOfAnEarlierReleaseGetsARootWithItsFirstBatch() throws IOException {
    writeAsBefore("one");
    writeAsBefore("two");
    work.reopen();
    assertThat(work.fault()).isEmpty();
    assertThat(work.meta().get(Table.LAYER, RecordShape.stateKey(LAYER))).isEmpty();
    work.change(seeded("earlier"), DIRECTORY);
    assertThat(work.meta().get(Table.LAYER, RecordShape.stateKey(LAYER))).isPresent();
    assertThat(work.fault()).isEmpty();
    writeAsBefore("three");
    assertThat(work.fault()).isPresent();
  }

  /** Releases without state roots began with session 1. */
  private void writeAsBefore(String name) throws IOException {
    LayerPlace place = TestLayers.place(work.meta(), LAYER);
    LayerKey key = TestLayers.key(LAYER);
    RecordSessions sessions = new RecordSessions(work.meta(), LAYER, key, Entropy.system(), 1);
    try (LayerTable table = new LayerTable(place, key.layer(), new SealedForm(key, sessions));
        MetaBatch batch = work.meta().batch()) {
      RecordWriter writer = table.writer(batch);
      writer.putEntry(DIRECTORY, new DirectoryEntry.Child(Name.of(name), 3, 8));
      writer.putInode(3, TestLayers.file(8));
      work.meta().commit(batch);
    }
  }
}
