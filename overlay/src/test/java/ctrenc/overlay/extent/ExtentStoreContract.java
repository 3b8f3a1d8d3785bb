package ctrenc.overlay.extent;

import static ctrenc.overlay.extent.ExtentFixture.bytes;
import static ctrenc.overlay.extent.ExtentFixture.read;
import static ctrenc.overlay.extent.ExtentFixture.release;
import static ctrenc.overlay.extent.ExtentFixture.share;
import static ctrenc.overlay.extent.ExtentFixture.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.storage.DamagedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link ExtentStore} does. */
public abstract class ExtentStoreContract {

  /** A chunk of the longest kind, and whole chunks of every other. */
  private static final int CHUNK = 16 * 1024;

  private MetaStore meta;
  private ExtentStore store;

  protected abstract MetaStore openMeta() throws IOException;

  protected abstract ExtentStore openStore(MetaStore over) throws IOException;

  @BeforeEach
  void open() throws IOException {
    meta = openMeta();
    store = openStore(meta);
  }

  @AfterEach
  protected void close() throws IOException {
    store.close();
    meta.close();
  }

  @Test
  void readsBackEveryLength() throws IOException {
    for (int length :
        new int[] {1, 2, 4095, 4096, 4097, 8192, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 1 << 20}) {
      byte[] plain = bytes(length, length);
      ExtentReference reference = write(store, meta, plain);
      assertThat(reference.from()).isZero();
      assertThat(reference.length()).isEqualTo(length);
      assertThat(read(store, reference)).isEqualTo(plain);
    }
  }

  @Test
  void refusesExtentsOfNoLengthOrTooLong() {
    assertThatThrownBy(() -> store.append(new byte[1], 0, 0)).isInstanceOf(RuntimeException.class);
    byte[] tooLong = new byte[ExtentStore.MAX_LENGTH + 1];
    assertThatThrownBy(() -> store.append(tooLong, 0, tooLong.length))
        .isInstanceOf(RuntimeException.class);
  }

  @Test
  void sealsAPartOfAnArray() throws IOException {
    byte[] array = bytes(1, 10_000);
    ExtentReference reference = store.append(array, 3000, 5000);
    try (MetaBatch batch = meta.batch()) {
      store.place(batch, reference);
      meta.commit(batch);
    }
    assertThat(read(store, reference)).isEqualTo(Arrays.copyOfRange(array, 3000, 8000));
  }

  @Test
  void readsAnyPart() throws IOException {
    byte[] plain = bytes(2, 5 * CHUNK + 77);
    ExtentReference whole = write(store, meta, plain);
    Random random = new Random(3);
    for (int i = 0; i < 200; i++) {
      int from = random.nextInt(plain.length);
      int length = 1 + random.nextInt(plain.length - from);
      ExtentReference part = whole.part(from, length);
      int skip = random.nextInt(length);
      int size = random.nextInt(length - skip + 1);
      assertThat(read(store, part, skip, size))
          .isEqualTo(Arrays.copyOfRange(plain, from + skip, from + skip + size));
    }
    assertThatThrownBy(() -> read(store, whole.part(0, 10), 5, 6))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void givesEveryExtentAnotherId() throws IOException {
    Set<Long> ids = new HashSet<>();
    for (int i = 0; i < 600; i++) {
      assertThat(ids.add(store.append(new byte[] {1}, 0, 1).extent())).isTrue();
    }
  }

  @Test
  void refusesAReferenceWithAnotherSeal() throws IOException {
    ExtentReference own = write(store, meta, bytes(4, 100));
    ExtentReference forged =
        new ExtentReference(own.extent(), 0, 100, own.sealHigh() ^ 1, own.sealLow());
    assertThatThrownBy(() -> read(store, forged)).isInstanceOf(DamagedException.class);
    ExtentReference tooLong =
        new ExtentReference(own.extent(), 50, 100, own.sealHigh(), own.sealLow());
    assertThatThrownBy(() -> read(store, tooLong)).isInstanceOf(DamagedException.class);
    assertThat(read(store, own)).isEqualTo(bytes(4, 100));
  }

  @Test
  void keepsAnExtentUntilItsLastReferenceWent() throws IOException {
    byte[] plain = bytes(5, 50_000);
    ExtentReference reference = write(store, meta, plain);
    share(store, meta, reference.extent(), 2);
    release(store, meta, reference.extent());
    assertThat(read(store, reference)).isEqualTo(plain);
    release(store, meta, reference.extent());
    assertThat(read(store, reference)).isEqualTo(plain);
    release(store, meta, reference.extent());
    reopen();
    assertThatThrownBy(() -> read(store, reference)).isInstanceOf(ExtentGoneException.class);
  }

  @Test
  void findsEverythingPlacedAtTheNextOpening() throws IOException {
    List<ExtentReference> all = new ArrayList<>();
    for (int i = 1; i < 50; i++) {
      all.add(write(store, meta, bytes(i, i * 1000)));
    }
    reopen();
    for (int i = 1; i < 50; i++) {
      assertThat(read(store, all.get(i - 1))).isEqualTo(bytes(i, i * 1000));
    }
    ExtentReference fresh = write(store, meta, bytes(99, 10));
    assertThat(all).noneMatch(old -> old.extent() == fresh.extent());
  }

  @Test
  void givesBlocksOfDeadExtentsBack() throws IOException {
    List<ExtentReference> all = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      all.add(write(store, meta, bytes(i, 256 << 10)));
    }
    store.sync();
    long before = store.storedBytes();
    for (ExtentReference one : all.subList(0, 15)) {
      release(store, meta, one.extent());
    }
    reopen();
    assertThat(store.storedBytes()).isLessThanOrEqualTo(before - 15 * (256 << 10) + 16_384);
    assertThat(read(store, all.get(15))).isEqualTo(bytes(15, 256 << 10));
  }

  @Test
  void servesManyThreads() throws Exception {
    try (ExecutorService pool = Executors.newFixedThreadPool(8)) {
      List<Future<?>> all = new ArrayList<>();
      for (int t = 0; t < 8; t++) {
        int thread = t;
        all.add(pool.submit(() -> workAlone(thread)));
      }
      for (Future<?> one : all) {
        one.get(100, TimeUnit.SECONDS);
      }
    }
  }

  private Void workAlone(int thread) throws IOException {
    Random random = new Random(thread);
    List<ExtentReference> mine = new ArrayList<>();
    List<byte[]> plains = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      byte[] plain = bytes(random.nextLong(), 1 + random.nextInt(60_000));
      mine.add(write(store, meta, plain));
      plains.add(plain);
      int probe = random.nextInt(mine.size());
      assertThat(read(store, mine.get(probe))).isEqualTo(plains.get(probe));
      if (random.nextInt(3) == 0) {
        release(store, meta, mine.remove(probe).extent());
        plains.remove(probe);
      }
      if (i % 50 == 0) {
        store.sync();
        meta.sync();
      }
    }
    for (int i = 0; i < mine.size(); i++) {
      assertThat(read(store, mine.get(i))).isEqualTo(plains.get(i));
    }
    return null;
  }

  private void reopen() throws IOException {
    store.close();
    store = openStore(meta);
  }
}
