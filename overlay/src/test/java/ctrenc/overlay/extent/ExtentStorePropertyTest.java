package ctrenc.overlay.extent;

import static ctrenc.overlay.extent.ExtentFixture.bytes;
import static ctrenc.overlay.extent.ExtentFixture.read;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.meta.MemoryMetaStore;
import ctrenc.overlay.meta.ReplayCheck;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.MemoryStorage;
import ctrenc.overlay.storage.Pace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Random lives of an extent store against a model, with compactions, process deaths and power
 * losses. What holds:
 *
 * <ol>
 *   <li>A read gives the bytes that were appended, or says that they are damaged or gone.
 *   <li>After a process death every extent that is placed and referred to reads.
 *   <li>After power loss every extent that was synced, and then its record, and that the records
 *       found still refer to, reads.
 *   <li>If the records go back to before the first lost extent, every extent that is placed and
 *       referred to reads. If not, one that does not read was reported as missing at the opening.
 *   <li>No id is given twice, except one that power loss left no trace of.
 *   <li>An extent without references is gone, for good.
 * </ol>
 */
final class ExtentStorePropertyTest {

  private static final int LIVES = Integer.getInteger("ctrenc.lives", 40);
  private static final int STEPS = 120;

  /** An extent of the model; {@code safe} once it and its record are durable. */
  private static final class Known {
    final ExtentReference reference;
    final byte[] plain;
    boolean safe;
    boolean lost;

    Known(ExtentReference reference, byte[] plain) {
      this.reference = reference;
      this.plain = plain;
    }
  }

  private final ExtentFixture fixture = new ExtentFixture();
  private final Map<Long, Known> all = new TreeMap<>();
  private final Set<Long> ids = new HashSet<>();
  private Random random = new Random();
  private MemoryStorage storage = new MemoryStorage();
  private MemoryMetaStore meta = new MemoryMetaStore();
  private long seed;
  private boolean goesBack;
  private long compacted;

  /**
   * After power loss an id may come again if neither its extent nor its record reached the disk.
   */
  private boolean isTraceLost;

  @Test
  void losesNothingWhereRecordsGoBackToBeforeLostExtents() throws IOException {
    goesBack = true;
    live();
    assertThat(all.values()).noneMatch(one -> one.lost);
    assertThat(compacted).as("seed %d: files that were compacted", seed).isPositive();
  }

  @Test
  void livesThroughDeathsAndPowerLosses() throws IOException {
    live();
  }

  private void live() throws IOException {
    seed = Long.getLong("ctrenc.seed", System.nanoTime());
    System.out.println("ExtentStorePropertyTest seed " + seed);
    random = new Random(seed);
    for (int life = 0; life < LIVES; life++) {
      SegmentExtentStore store = fixture.open(storage, meta);
      checkAll(store);
      int steps = random.nextInt(STEPS);
      for (int step = 0; step < steps; step++) {
        step(store);
      }
      end(store);
    }
  }

  private void compact(SegmentExtentStore store) throws IOException {
    CompactionWatch watch =
        ExtentFixture.movingWith(
            () -> {
              if (random.nextInt(3) == 0) {
                changeShare(store);
              }
            },
            extent -> assertThat(goesBack).as("seed %d: damaged %d", seed, extent).isFalse());
    compacted += store.compact(CompactionRule.asked(), Pace.unlimited(), watch).files();
  }

  private void end(SegmentExtentStore store) throws IOException {
    switch (random.nextInt(4)) {
      case 0 -> {
        store.close();
        meta = meta.afterProcessDeath();
      }
      case 1 -> meta = meta.afterProcessDeath();
      default -> {
        storage = storage.afterPowerLoss(random);
        ReplayCheck check =
            goesBack ? new LostExtents(storage, ExtentFixture.SEGMENTS) : ReplayCheck.NONE;
        meta = meta.afterPowerLoss(random, check);
        isTraceLost = true;
      }
    }
    fixture.findings().clear();
  }

  private void step(SegmentExtentStore store) throws IOException {
    switch (random.nextInt(17)) {
      case 0, 1, 2, 3 -> append(store);
      case 4, 5, 6 -> changeShare(store);
      case 7 -> syncAll(store);
      case 8 -> meta.flush();
      case 9 -> store.append(bytes(random.nextLong(), 5000), 0, 5000);
      case 10 -> {
        try (SyncExpectation _ = store.expectSync()) {
          append(store);
        }
        syncAll(store);
      }
      // Another layer of the same metadata store is synced, or its records fill the memory.
      case 11 -> meta.sync();
      case 12 -> compact(store);
      default -> checkOne(store);
    }
  }

  private void append(SegmentExtentStore store) throws IOException {
    int length = 1 + random.nextInt(random.nextInt(8) == 0 ? 200_000 : 9_000);
    byte[] plain = bytes(random.nextLong(), length);
    ExtentReference reference = ExtentFixture.write(store, meta, plain);
    assertThat(ids.add(reference.extent())).as("seed %d: a fresh id", seed).isTrue();
    all.put(reference.extent(), new Known(reference, plain));
  }

  private void changeShare(SegmentExtentStore store) throws IOException {
    Optional<Known> one = pick();
    if (one.isEmpty() || share(one.get()) < 0) {
      return;
    }
    long id = one.get().reference.extent();
    if (random.nextInt(4) == 0) {
      ExtentFixture.share(store, meta, id, 1 + random.nextInt(3));
    } else {
      ExtentFixture.release(store, meta, id);
    }
  }

  private void syncAll(SegmentExtentStore store) throws IOException {
    List<Known> placed = new ArrayList<>();
    for (Known one : all.values()) {
      if (isPlaced(one)) {
        placed.add(one);
      }
    }
    if (random.nextBoolean()) {
      store.sync();
      meta.sync();
    } else {
      meta.sync();
      store.sync();
    }
    placed.forEach(one -> one.safe = !one.lost);
  }

  private void checkAll(SegmentExtentStore store) throws IOException {
    for (Known one : List.copyOf(all.values())) {
      check(store, one, 0, one.plain.length);
      if (!isPlaced(one)) {
        // Never committed in the history that was found, or freed.
        all.remove(one.reference.extent());
      }
    }
    if (isTraceLost) {
      ids.retainAll(all.keySet());
      isTraceLost = false;
    }
  }

  private void checkOne(SegmentExtentStore store) throws IOException {
    Optional<Known> one = pick();
    if (one.isPresent()) {
      int skip = random.nextInt(one.get().plain.length);
      check(store, one.get(), skip, random.nextInt(one.get().plain.length - skip + 1));
    }
  }

  private void check(SegmentExtentStore store, Known one, int skip, int length) throws IOException {
    boolean isReferred = isPlaced(one) && share(one) >= 0;
    try {
      assertThat(read(store, one.reference, skip, length))
          .as("seed %d", seed)
          .isEqualTo(Arrays.copyOfRange(one.plain, skip, skip + length));
    } catch (ExtentGoneException e) {
      assertThat(isReferred).as("seed %d: gone though referred to", seed).isFalse();
    } catch (DamagedException e) {
      one.lost = true;
      assertThat(goesBack && isReferred).as("seed %d: lost", seed).isFalse();
      assertThat(one.safe && isReferred).as("seed %d: durable but lost", seed).isFalse();
      String id = Long.toString(one.reference.extent());
      assertThat(fixture.findings()).anyMatch(finding -> id.equals(finding.facts().get("extent")));
    }
  }

  private Optional<Known> pick() {
    List<Known> known = List.copyOf(all.values());
    return known.isEmpty()
        ? Optional.empty()
        : Optional.of(known.get(random.nextInt(known.size())));
  }

  private boolean isPlaced(Known one) throws IOException {
    return meta.get(Table.PLACE, key(one)).isPresent();
  }

  private long share(Known one) throws IOException {
    return meta.get(Table.SHARE, key(one))
        .map(sum -> ByteBuffer.wrap(sum).order(ByteOrder.LITTLE_ENDIAN).getLong())
        .orElse(0L);
  }

  private static byte[] key(Known one) {
    return ExtentKeys.extent(ExtentFixture.NUMBER, one.reference.extent());
  }
}
