package ctrenc.overlay.extent;

import static ctrenc.overlay.extent.ExtentFixture.bytes;
import static ctrenc.overlay.extent.ExtentFixture.read;
import static ctrenc.overlay.extent.ExtentFixture.release;
import static ctrenc.overlay.extent.ExtentFixture.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.crypto.extent.Suite;
import ctrenc.overlay.meta.MemoryMetaStore;
import ctrenc.overlay.storage.DiskFailures;
import ctrenc.overlay.storage.DiskFullException;
import ctrenc.overlay.storage.KeyAbsentException;
import ctrenc.overlay.storage.MemoryStorage;
import ctrenc.overlay.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

final class SegmentExtentStoreTest extends MemoryExtentStoreContract {

  SegmentExtentStoreTest() {
    super(Suite.CURRENT);
  }

  @Test
  void answersKeyAbsentWhileLockedAndGoesOnAfter() throws IOException {
    try (SegmentExtentStore store = fixture.open(new MemoryStorage(), meta)) {
      ExtentReference reference = write(store, meta, bytes(1, 5000));
      fixture.setLocked(true);
      store.forgetKeys();
      assertThatThrownBy(() -> read(store, reference)).isInstanceOf(KeyAbsentException.class);
      assertThatThrownBy(() -> store.append(new byte[1], 0, 1))
          .isInstanceOf(KeyAbsentException.class);
      assertThat(store.storedBytes()).isPositive();
      fixture.setLocked(false);
      assertThat(read(store, reference)).isEqualTo(bytes(1, 5000));
    }
    assertThat(fixture.findings()).isEmpty();
  }

  @Test
  void goesOnAfterTheDiskWasFull() throws IOException {
    DiskFailures failures = new DiskFailures();
    Storage failing = failures.over(new MemoryStorage());
    ExtentReference before;
    try (SegmentExtentStore store = fixture.open(failing, meta)) {
      before = write(store, meta, bytes(1, 50_000));
      failures.setFull(true);
      assertThatThrownBy(() -> store.append(bytes(2, 50_000), 0, 50_000))
          .isInstanceOf(DiskFullException.class);
      assertThat(read(store, before)).isEqualTo(bytes(1, 50_000));
      failures.setFull(false);
      ExtentReference after = write(store, meta, bytes(3, 50_000));
      assertThat(read(store, after)).isEqualTo(bytes(3, 50_000));
    }
    try (SegmentExtentStore store = fixture.open(failing, meta)) {
      assertThat(read(store, before)).isEqualTo(bytes(1, 50_000));
    }
    assertThat(fixture.findings()).isEmpty();
  }

  @Test
  void neverLosesWhatIsPlacedWhicheverCallOfTheDiskFails() throws IOException {
    for (int n = 1; n < 40; n++) {
      DiskFailures failures = new DiskFailures();
      Storage failing = failures.over(new MemoryStorage());
      MemoryMetaStore records = new MemoryMetaStore();
      List<ExtentReference> placed = new ArrayList<>();
      failures.failCall(n);
      try (SegmentExtentStore store = fixture.open(failing, records)) {
        for (int i = 0; i < 5; i++) {
          placed.add(write(store, records, bytes(i, 300_000)));
          store.sync();
        }
      } catch (IOException e) {
        assertThat(e).hasStackTraceContaining("the call that was to fail");
      }
      failures.failCall(0);
      try (SegmentExtentStore store = fixture.open(failing, records)) {
        for (int i = 0; i < placed.size(); i++) {
          assertThat(read(store, placed.get(i))).as("call %d", n).isEqualTo(bytes(i, 300_000));
        }
      }
    }
    assertThat(fixture.findings()).isEmpty();
  }

  @Test
  void removesWholeSegmentFilesWithoutReferences() throws IOException {
    MemoryStorage disk = new MemoryStorage();
    try (SegmentExtentStore store = fixture.open(disk, meta)) {
      List<ExtentReference> all = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        all.add(write(store, meta, bytes(i, 300_000)));
      }
      assertThat(disk.names()).hasSizeGreaterThan(3);
      for (ExtentReference one : all) {
        release(store, meta, one.extent());
      }
    }
    assertThat(disk.names()).hasSize(1);
  }

  @Test
  void keepsTheBytesOfDeadExtentsUntilTheirReleaseIsDurable() throws IOException {
    MemoryStorage disk = new MemoryStorage();
    SegmentExtentStore store = fixture.open(disk, meta);
    List<ExtentReference> all = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      all.add(write(store, meta, bytes(i, 20_000)));
    }
    store.sync();
    meta.sync();
    for (ExtentReference one : all) {
      release(store, meta, one.extent());
    }
    store.sync();
    // No sync of the records came: after power loss none of the releases may have happened.
    Random nothingKept =
        new Random() {
          @Override
          public int nextInt(int bound) {
            return 0;
          }
        };
    MemoryMetaStore records = meta.afterPowerLoss(nothingKept);
    try (SegmentExtentStore found = fixture.open(disk.afterPowerLoss(nothingKept), records)) {
      for (int i = 0; i < 100; i++) {
        assertThat(read(found, all.get(i))).isEqualTo(bytes(i, 20_000));
      }
    }
    assertThat(fixture.findings()).isEmpty();
  }

  @Test
  void answersAReaderThatRacesWithReclaimWithOldBytesOrGone() throws Exception {
    MemoryStorage disk = new MemoryStorage();
    try (SegmentExtentStore store = fixture.open(disk, meta)) {
      for (int round = 0; round < 30; round++) {
        byte[] plain = bytes(round, 200_000);
        ExtentReference reference = write(store, meta, plain);
        AtomicBoolean isGone = new AtomicBoolean();
        Thread reader =
            Thread.ofPlatform()
                .start(
                    () -> {
                      while (!isGone.get()) {
                        try {
                          assertThat(read(store, reference)).isEqualTo(plain);
                        } catch (ExtentGoneException e) {
                          isGone.set(true);
                        } catch (IOException e) {
                          throw new IllegalStateException(e);
                        }
                      }
                    });
        release(store, meta, reference.extent());
        for (int i = 0; i < 20; i++) {
          release(store, meta, write(store, meta, bytes(i, 10)).extent());
        }
        meta.sync();
        store.sync();
        reader.join(60_000);
        assertThat(isGone).isTrue();
      }
    }
    assertThat(fixture.findings()).isEmpty();
  }

  @Test
  void removesALayerWithoutItsKey() throws IOException {
    MemoryStorage disk = new MemoryStorage();
    UUID other = new UUID(1, 2);
    SegmentExtentStore neighbour =
        fixture.open(disk, meta, other, ExtentFixture.NUMBER + 1, ExtentFixture.otherKey(other));
    ExtentReference kept = write(neighbour, meta, bytes(1, 100));
    try (SegmentExtentStore store = fixture.open(disk, meta)) {
      write(store, meta, bytes(2, 100));
    }
    SegmentExtentStore.remove(
        fixture.setting(disk, meta), ExtentFixture.NUMBER, ExtentFixture.LAYER);
    assertThat(disk.names()).allMatch(name -> name.contains(other.toString()));
    assertThat(read(neighbour, kept)).isEqualTo(bytes(1, 100));
    neighbour.close();
    try (SegmentExtentStore store = fixture.open(disk, meta)) {
      assertThat(store.storedBytes()).isZero();
    }
  }
}
