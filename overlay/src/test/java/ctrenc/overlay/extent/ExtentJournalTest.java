package ctrenc.overlay.extent;

import static ctrenc.overlay.extent.ExtentFixture.bytes;
import static ctrenc.overlay.extent.ExtentFixture.read;
import static ctrenc.overlay.extent.ExtentFixture.write;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.meta.MemoryMetaStore;
import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.storage.MemoryStorage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * A sync of a few bytes is one of the log alone, and power loss takes nothing of what it covered.
 */
final class ExtentJournalTest {

  private static final int SMALL = 4096;
  private static final int LARGE = 200_000;

  private final ExtentFixture fixture = new ExtentFixture();
  private final Random random = new Random(3);
  private MemoryStorage storage = new MemoryStorage();
  private MemoryMetaStore meta = new MemoryMetaStore();

  private SegmentExtentStore openWithFile() throws IOException {
    SegmentExtentStore store = fixture.open(storage, meta);
    write(store, meta, bytes(0, SMALL));
    syncAll(store);
    return store;
  }

  private ExtentReference writeToSync(SegmentExtentStore store, int seed) throws IOException {
    try (SyncExpectation _ = store.expectSync()) {
      return write(store, meta, bytes(seed, SMALL));
    }
  }

  private void syncAll(SegmentExtentStore store) throws IOException {
    meta.sync();
    store.sync();
  }

  private int copies() throws IOException {
    int count = 0;
    byte[] from = ExtentKeys.extent(ExtentFixture.NUMBER, 0);
    try (MetaCursor cursor =
        meta.scan(Table.JOURNAL, from, ExtentKeys.afterExtents(ExtentFixture.NUMBER))) {
      while (cursor.next()) {
        count++;
      }
    }
    return count;
  }

  private SegmentExtentStore losePower() throws IOException {
    storage = storage.afterPowerLoss(random);
    meta = meta.afterPowerLoss(random, new LostExtents(storage, ExtentFixture.SEGMENTS));
    return fixture.open(storage, meta);
  }

  @Test
  void whatWasSyncedByTheLogAloneSurvivesEveryPowerLoss() throws IOException {
    SegmentExtentStore store = openWithFile();
    List<ExtentReference> synced = new ArrayList<>();
    for (int life = 0; life < 20; life++) {
      for (int i = 0; i < 5; i++) {
        synced.add(writeToSync(store, synced.size()));
        syncAll(store);
      }
      store = losePower();
      for (int i = 0; i < synced.size(); i++) {
        assertThat(read(store, synced.get(i))).isEqualTo(bytes(i, SMALL));
      }
      write(store, meta, bytes(life, SMALL));
      syncAll(store);
    }
    assertThat(fixture.findings()).isEmpty();
  }

  @Test
  void whatHasNoCopyIsSyncedWithItsFile() throws IOException {
    SegmentExtentStore store = openWithFile();
    ExtentReference bare = write(store, meta, bytes(1, SMALL));
    writeToSync(store, 2);
    ExtentReference large;
    try (SyncExpectation _ = store.expectSync()) {
      large = write(store, meta, bytes(3, LARGE));
    }
    syncAll(store);
    assertThat(copies()).isEqualTo(1);
    store = losePower();
    assertThat(read(store, bare)).isEqualTo(bytes(1, SMALL));
    assertThat(read(store, large)).isEqualTo(bytes(3, LARGE));
  }

  @Test
  void aFileThatPowerLossMayTakeHasNoCopies() throws IOException {
    SegmentExtentStore store = fixture.open(storage, meta);
    ExtentReference first = writeToSync(store, 1);
    assertThat(copies()).isZero();
    syncAll(store);
    assertThat(read(losePower(), first)).isEqualTo(bytes(1, SMALL));
  }

  @Test
  void copiesAreFewAndGoAtTheEnd() throws IOException {
    SegmentExtentStore store = openWithFile();
    for (int i = 0; i < 3 * ExtentJournal.MOST; i++) {
      writeToSync(store, i);
      syncAll(store);
      assertThat(copies()).isLessThanOrEqualTo(ExtentJournal.MOST);
    }
    assertThat(copies()).isPositive();
    store.close();
    assertThat(copies()).isZero();
  }
}
