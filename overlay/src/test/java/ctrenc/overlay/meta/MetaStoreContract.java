package ctrenc.overlay.meta;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link MetaStore} does. */
abstract class MetaStoreContract {

  private MetaStore store;

  abstract MetaStore create() throws IOException;

  @BeforeEach
  void open() throws IOException {
    store = create();
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  @Test
  void readsWhatWasCommitted() throws IOException {
    try (MetaBatch batch = store.batch()) {
      batch.put(Table.INODE, key("a"), key("1"));
      assertThat(store.get(Table.INODE, key("a"))).isEmpty();
      store.commit(batch);
    }
    assertThat(store.get(Table.INODE, key("a"))).hasValue(key("1"));
    assertThat(store.get(Table.ENTRY, key("a"))).isEmpty();
    assertThat(store.get(Table.INODE, key("b"))).isEmpty();
  }

  @Test
  void keepsEmptyValuesAndOddKeys() throws IOException {
    byte[] odd = {0, (byte) 0xff, 0, 0x7f, (byte) 0x80};
    put(Table.ORPHAN, odd, new byte[0]);
    assertThat(store.get(Table.ORPHAN, odd))
        .hasValueSatisfying(value -> assertThat(value).isEmpty());
  }

  @Test
  void keepsLongValues() throws IOException {
    byte[] value = new byte[300_000];
    new Random(7).nextBytes(value);
    put(Table.INODE, key("long"), value);
    assertThat(store.get(Table.INODE, key("long"))).hasValue(value);
  }

  @Test
  void appliesChangesOfABatchInTheirOrder() throws IOException {
    put(Table.ENTRY, key("c"), key("old"));
    try (MetaBatch batch = store.batch()) {
      assertThat(batch.isEmpty()).isTrue();
      batch.put(Table.ENTRY, key("a"), key("1"));
      batch.delete(Table.ENTRY, key("a"));
      batch.delete(Table.ENTRY, key("c"));
      batch.put(Table.ENTRY, key("c"), key("new"));
      assertThat(batch.isEmpty()).isFalse();
      store.commit(batch);
    }
    assertThat(store.get(Table.ENTRY, key("a"))).isEmpty();
    assertThat(store.get(Table.ENTRY, key("c"))).hasValue(key("new"));
  }

  @Test
  void changesNothingWithABatchThatIsClosedUncommitted() throws IOException {
    try (MetaBatch batch = store.batch()) {
      batch.put(Table.LAYER, key("a"), key("1"));
    }
    assertThat(store.get(Table.LAYER, key("a"))).isEmpty();
  }

  @Test
  void refusesABatchThatWasCommitted() throws IOException {
    MetaBatch batch = store.batch();
    batch.put(Table.LAYER, key("a"), key("1"));
    store.commit(batch);
    assertThatThrownBy(() -> store.commit(batch)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> batch.put(Table.LAYER, key("b"), key("1")))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void scansInUnsignedOrderFromInclusiveToExclusive() throws IOException {
    for (int first : new int[] {0x80, 0x00, 0xff, 0x7f, 0x01}) {
      put(Table.REFERENCE, new byte[] {(byte) first}, new byte[] {(byte) first});
    }
    assertThat(scan(Table.REFERENCE, new byte[] {0x01}, new byte[] {(byte) 0xff}))
        .containsExactly(new byte[] {0x01}, new byte[] {0x7f}, new byte[] {(byte) 0x80});
    assertThat(scan(Table.REFERENCE, new byte[] {0x02}, new byte[] {0x03})).isEmpty();
  }

  @Test
  void staysAtTheEndOfAScan() throws IOException {
    put(Table.REFERENCE, key("a"), key("1"));
    try (MetaCursor cursor = store.scan(Table.REFERENCE, key("a"), key("b"))) {
      assertThatThrownBy(cursor::key).isInstanceOf(IllegalStateException.class);
      assertThat(cursor.next()).isTrue();
      assertThat(cursor.value()).isEqualTo(key("1"));
      assertThat(cursor.next()).isFalse();
      assertThat(cursor.next()).isFalse();
      assertThatThrownBy(cursor::value).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void scansTheStoreAsItWas() throws IOException {
    put(Table.ENTRY, key("a"), key("1"));
    put(Table.ENTRY, key("c"), key("3"));
    try (MetaCursor cursor = store.scan(Table.ENTRY, key("a"), key("z"))) {
      put(Table.ENTRY, key("b"), key("2"));
      delete(Table.ENTRY, key("c"));
      assertThat(keys(cursor)).containsExactly(key("a"), key("c"));
    }
    assertThat(scan(Table.ENTRY, key("a"), key("z"))).containsExactly(key("a"), key("b"));
  }

  @Test
  void deletesRanges() throws IOException {
    for (String name : List.of("a", "b", "ba", "c", "d")) {
      put(Table.INODE, key(name), key("1"));
      put(Table.ENTRY, key(name), key("1"));
    }
    try (MetaBatch batch = store.batch()) {
      batch.deleteRange(Table.INODE, key("b"), key("d"));
      store.commit(batch);
    }
    assertThat(scan(Table.INODE, key("a"), key("z"))).containsExactly(key("a"), key("d"));
    assertThat(store.get(Table.INODE, key("ba"))).isEmpty();
    assertThat(store.get(Table.ENTRY, key("ba"))).isPresent();
  }

  @Test
  void addsUpSignedSums() throws IOException {
    for (long delta : new long[] {5, -7, 1}) {
      try (MetaBatch batch = store.batch()) {
        batch.add(Table.SHARE, key("a"), delta);
        batch.add(Table.SHARE, key("b"), delta);
        batch.add(Table.SHARE, key("b"), delta);
        store.commit(batch);
      }
    }
    assertThat(sum("a")).isEqualTo(-1);
    assertThat(sum("b")).isEqualTo(-2);
    delete(Table.SHARE, key("a"));
    assertThat(store.get(Table.SHARE, key("a"))).isEmpty();
    try (MetaBatch batch = store.batch()) {
      assertThatThrownBy(() -> batch.add(Table.INODE, key("a"), 1))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void numbersCommitsAndWhatOfThemIsDurable() throws IOException {
    put(Table.LAYER, key("a"), key("1"));
    long first = store.lastCommit();
    store.sync();
    assertThat(store.lastDurable()).isGreaterThanOrEqualTo(first);
    put(Table.LAYER, key("b"), key("1"));
    assertThat(store.lastCommit()).isGreaterThan(first);
    assertThat(store.lastDurable()).isLessThan(store.lastCommit());
    store.sync();
    assertThat(store.lastDurable()).isEqualTo(store.lastCommit());
  }

  @Test
  void agreesWithASortedMapOverRandomBatches() throws IOException {
    long seed = System.nanoTime();
    System.out.println("MetaStoreContract seed " + seed);
    Random random = new Random(seed);
    NavigableMap<byte[], byte[]> model = new TreeMap<>(Arrays::compareUnsigned);
    for (int round = 0; round < 300; round++) {
      try (MetaBatch batch = store.batch()) {
        for (int i = random.nextInt(6); i >= 0; i--) {
          change(random, batch, model);
        }
        store.commit(batch);
      }
      if (round % 10 == 0) {
        byte[] from = randomKey(random);
        byte[] to = randomKey(random);
        List<byte[]> expected =
            Arrays.compareUnsigned(from, to) < 0
                ? List.copyOf(model.subMap(from, to).keySet())
                : List.of();
        assertThat(scan(Table.ENTRY, from, to))
            .as("seed %d round %d", seed, round)
            .containsExactlyElementsOf(expected);
      }
      byte[] probe = randomKey(random);
      assertThat(store.get(Table.ENTRY, probe).orElse(null))
          .as("seed %d round %d", seed, round)
          .isEqualTo(model.get(probe));
    }
  }

  @Test
  void takesCommitsAndSyncsOfManyThreads() throws Exception {
    int threads = 8;
    int each = 200;
    AtomicInteger errors = new AtomicInteger();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<?>> all = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        int thread = t;
        all.add(pool.submit(() -> commitMany(thread, each, errors)));
      }
      for (Future<?> one : all) {
        one.get(60, TimeUnit.SECONDS);
      }
    }
    assertThat(errors).hasValue(0);
    assertThat(scan(Table.INODE, key("t"), key("u"))).hasSize(threads * each);
    assertThat(sum("all")).isEqualTo((long) threads * each);
  }

  private Void commitMany(int thread, int each, AtomicInteger errors) throws IOException {
    for (int i = 0; i < each; i++) {
      byte[] name = key("t" + thread + "." + i);
      try (MetaBatch batch = store.batch()) {
        batch.put(Table.INODE, name, key("v" + i));
        batch.add(Table.SHARE, key("all"), 1);
        store.commit(batch);
      }
      if (store.get(Table.INODE, name).isEmpty()) {
        errors.incrementAndGet();
      }
      if (i % 20 == 0) {
        store.sync();
      }
    }
    return null;
  }

  private static void change(Random random, MetaBatch batch, NavigableMap<byte[], byte[]> model) {
    byte[] key = randomKey(random);
    switch (random.nextInt(8)) {
      case 0, 1 -> {
        batch.delete(Table.ENTRY, key);
        model.remove(key);
      }
      case 2 -> {
        byte[] to = randomKey(random);
        if (Arrays.compareUnsigned(key, to) < 0) {
          batch.deleteRange(Table.ENTRY, key, to);
          model.subMap(key, to).clear();
        }
      }
      default -> {
        byte[] value = new byte[random.nextInt(300)];
        random.nextBytes(value);
        batch.put(Table.ENTRY, key, value);
        model.put(key, value);
      }
    }
  }

  private static byte[] randomKey(Random random) {
    byte[] key = new byte[1 + random.nextInt(2)];
    for (int i = 0; i < key.length; i++) {
      key[i] = (byte) (random.nextInt(16) * 17);
    }
    return key;
  }

  private void put(Table table, byte[] key, byte[] value) throws IOException {
    try (MetaBatch batch = store.batch()) {
      batch.put(table, key, value);
      store.commit(batch);
    }
  }

  private void delete(Table table, byte[] key) throws IOException {
    try (MetaBatch batch = store.batch()) {
      batch.delete(table, key);
      store.commit(batch);
    }
  }

  private long sum(String name) throws IOException {
    return ByteBuffer.wrap(store.get(Table.SHARE, key(name)).orElseThrow())
        .order(ByteOrder.LITTLE_ENDIAN)
        .getLong();
  }

  private List<byte[]> scan(Table table, byte[] from, byte[] to) throws IOException {
    try (MetaCursor cursor = store.scan(table, from, to)) {
      return keys(cursor);
    }
  }

  private static List<byte[]> keys(MetaCursor cursor) throws IOException {
    List<byte[]> keys = new ArrayList<>();
    while (cursor.next()) {
      keys.add(cursor.key());
    }
    return keys;
  }

  static byte[] key(String text) {
    return text.getBytes(US_ASCII);
  }
}
