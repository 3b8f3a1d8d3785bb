package ctrenc.overlay.extent;

import static ctrenc.overlay.extent.ExtentFixture.bytes;
import static ctrenc.overlay.extent.ExtentFixture.read;
import static ctrenc.overlay.extent.ExtentFixture.release;
import static ctrenc.overlay.extent.ExtentFixture.write;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.meta.MemoryMetaStore;
import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.storage.MemoryStorage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Orders of writes, syncs and crashes that once lost what was durable, or could. */
final class ExtentCrashTest {

  private static final int LENGTH = 20_000;

  private static final Random NOTHING_KEPT =
      new Random() {
        @Override
        public int nextInt(int bound) {
          return 0;
        }

        @Override
        public boolean nextBoolean() {
          return false;
        }
      };

  private final ExtentFixture fixture = new ExtentFixture();
  private MemoryStorage storage = new MemoryStorage();
  private MemoryMetaStore meta = new MemoryMetaStore();

  private SegmentExtentStore losePower(Random random) throws IOException {
    storage = storage.afterPowerLoss(random);
    meta = meta.afterPowerLoss(random, new LostExtents(storage, ExtentFixture.SEGMENTS));
    return fixture.open(storage, meta);
  }

  private SegmentExtentStore die() throws IOException {
    meta = meta.afterProcessDeath();
    return fixture.open(storage, meta);
  }

  private List<ExtentReference> writeMany(SegmentExtentStore store) throws IOException {
    List<ExtentReference> all = new ArrayList<>();
    for (int i = 0; i < 2 * fixture.tuning.freedTogether(); i++) {
      all.add(write(store, meta, bytes(i, LENGTH)));
    }
    return all;
  }

  /** As an overwrite does: the new extent is placed and the old one released by one batch. */
  private void overwrite(SegmentExtentStore store, ExtentReference old) throws IOException {
    ExtentReference appended = store.append(bytes(-1, LENGTH), 0, LENGTH);
    try (MetaBatch batch = meta.batch()) {
      store.place(batch, appended);
      store.release(batch, old.extent());
      meta.commit(batch);
    }
    store.reclaim(old.extent());
  }

  private void assertReads(SegmentExtentStore store, List<ExtentReference> all) throws IOException {
    for (int i = 0; i < all.size(); i++) {
      assertThat(read(store, all.get(i))).isEqualTo(bytes(i, LENGTH));
    }
    assertThat(fixture.findings()).isEmpty();
  }

  @Test
  void whatWasOverwrittenStaysUntilWhatReplacedItIsOnTheDisk() throws IOException {
    SegmentExtentStore store = fixture.open(storage, meta);
    List<ExtentReference> all = writeMany(store);
    store.sync();
    meta.sync();
    for (ExtentReference one : all) {
      overwrite(store, one);
      // Another layer's sync: the log is shared, the segment files are not.
      meta.sync();
    }
    // Some of what was written is lost, and some of what was given back is gone.
    assertReads(losePower(new Random(1)), all);
  }

  @Test
  void whatWasOverwrittenIsFreedWhenBothAreDurable() throws IOException {
    try (SegmentExtentStore store = fixture.open(storage, meta)) {
      List<ExtentReference> all = writeMany(store);
      for (ExtentReference one : all) {
        overwrite(store, one);
      }
      long before = store.storedBytes();
      store.sync();
      meta.sync();
      store.reclaim(all.getLast().extent());
      assertThat(store.storedBytes()).isLessThan(before);
    }
  }

  @Test
  void aSyncCoversWhatAProcessThatDiedHadPlaced() throws IOException {
    List<ExtentReference> all = writeMany(fixture.open(storage, meta));
    SegmentExtentStore next = die();
    next.sync();
    meta.sync();
    assertReads(losePower(NOTHING_KEPT), all);
  }

  @Test
  void anEnvelopeNeverGoesWhereARecordOfALostOnePoints() throws IOException {
    SegmentExtentStore store = fixture.open(storage, meta);
    ExtentReference lost = write(store, meta, bytes(0, LENGTH));
    storage = new MemoryStorage();
    SegmentExtentStore next = die();
    ExtentReference fresh = write(next, meta, bytes(1, LENGTH));
    release(next, meta, lost.extent());
    next.giveBack();
    assertThat(read(next, fresh)).isEqualTo(bytes(1, LENGTH));
    assertThat(fixture.findings())
        .singleElement()
        .satisfies(finding -> assertThat(finding.kind().name()).isEqualTo("MISSING"));
  }
}
