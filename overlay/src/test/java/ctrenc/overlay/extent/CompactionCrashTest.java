package ctrenc.overlay.extent;

import static ctrenc.overlay.extent.ExtentFixture.bytes;
import static ctrenc.overlay.extent.ExtentFixture.read;
import static ctrenc.overlay.extent.ExtentFixture.release;
import static ctrenc.overlay.extent.ExtentFixture.write;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.meta.MemoryMetaStore;
import ctrenc.overlay.storage.DiskFailures;
import ctrenc.overlay.storage.MemoryStorage;
import ctrenc.overlay.storage.Pace;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * A compaction is ended by a crash at each call it makes of the disk and of the metadata store, in
 * the ways that take most: what was durable before it began is there after all of them. Meanwhile a
 * writer places what it never syncs, so that power loss takes the layer back to before it.
 */
final class CompactionCrashTest {

  private static final int LENGTH = 20_000;
  private static final int MANY = 40;

  /** Power loss takes everything that was not synced. */
  private static final Random NOTHING_KEPT = choosing(0);

  /** Power loss takes nothing of the log. */
  private static final Random ALL_KEPT = choosing(1);

  private final ExtentFixture fixture = new ExtentFixture();
  private DiskFailures failures = new DiskFailures();
  private MemoryStorage storage = new MemoryStorage();
  private MemoryMetaStore meta = new MemoryMetaStore();
  private final Map<Integer, ExtentReference> safe = new TreeMap<>();
  private long written;

  private static Random choosing(int share) {
    return new Random() {
      @Override
      public int nextInt(int bound) {
        return share * (bound - 1);
      }

      @Override
      public boolean nextBoolean() {
        return share == 1;
      }
    };
  }

  /** Lets the nth call from now on fail. */
  private interface Break {
    void at(int call);
  }

  private interface Crash {
    void run() throws IOException;
  }

  private void losePower(Random ofLog) throws IOException {
    storage = storage.afterPowerLoss(NOTHING_KEPT);
    meta = meta.afterPowerLoss(ofLog, new LostExtents(storage, ExtentFixture.SEGMENTS));
  }

  private SegmentExtentStore prepare() throws IOException {
    failures = new DiskFailures();
    storage = new MemoryStorage();
    meta = new MemoryMetaStore();
    safe.clear();
    SegmentExtentStore store = fixture.open(failures.over(storage), meta);
    for (int i = 0; i < MANY; i++) {
      safe.put(i, write(store, meta, bytes(i, LENGTH)));
    }
    for (int i = 0; i < MANY; i++) {
      if (i % 5 != 0) {
        release(store, meta, safe.remove(i).extent());
      }
    }
    store.giveBack();
    store.sync();
    meta.sync();
    return store;
  }

  /** After each sync of a file, and before what is committed next, an extent is placed. */
  private void writeMeanwhile(SegmentExtentStore store) {
    failures.beforeNext(
        "sync",
        () -> {
          meta.beforeNextCommit(() -> write(store, meta, bytes(written++, LENGTH)));
          writeMeanwhile(store);
        });
  }

  private boolean breakAt(Break way, int call) throws IOException {
    SegmentExtentStore store = prepare();
    writeMeanwhile(store);
    way.at(call);
    try {
      store.compact(
          CompactionRule.asked(),
          Pace.unlimited(),
          ExtentFixture.movingWith(() -> {}, extent -> assertThat(extent).isNull()));
      return false;
    } catch (IOException e) {
      assertThat(e).hasStackTraceContaining("the call that was to fail");
      return true;
    }
  }

  private void assertLives() throws IOException {
    SegmentExtentStore store = fixture.open(storage, meta);
    for (Map.Entry<Integer, ExtentReference> one : safe.entrySet()) {
      assertThat(read(store, one.getValue())).isEqualTo(bytes(one.getKey(), LENGTH));
    }
    assertThat(fixture.findings()).isEmpty();
  }

  /** Breaks at each call in turn, of the disk and of the records, and crashes. */
  private void atEachCall(Crash crash) throws IOException {
    for (Break way : List.<Break>of(n -> failures.failCall(n), n -> meta.failCall(n))) {
      int call = 1;
      while (breakAt(way, call)) {
        crash.run();
        assertLives();
        call++;
      }
      assertThat(call).isGreaterThan(20);
    }
  }

  @Test
  void powerLossThatLeavesTheLogAlone() throws IOException {
    atEachCall(() -> losePower(ALL_KEPT));
  }

  @Test
  void powerLossThatLeavesWhatWasSynced() throws IOException {
    atEachCall(() -> losePower(NOTHING_KEPT));
  }

  @Test
  void powerLossAfterTheNextProcessHasPutThingsInOrder() throws IOException {
    atEachCall(
        () -> {
          meta = meta.afterProcessDeath();
          assertLives();
          losePower(ALL_KEPT);
        });
  }
}
