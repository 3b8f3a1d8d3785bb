package ctrenc.overlay.extent;

import ctrenc.crypto.extent.NonceHedge;
import ctrenc.crypto.extent.Suite;
import ctrenc.crypto.kdf.LayerKey;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.SecretMemory;
import ctrenc.overlay.audit.Finding;
import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.storage.KeyAbsentException;
import ctrenc.overlay.storage.Storage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongConsumer;

/** An extent store with a key, over any storage and metadata store, and what tests ask of it. */
public final class ExtentFixture {

  public static final UUID LAYER = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
  static final long NUMBER = 7;
  static final String SEGMENTS = "segments";
  private static final SecretMemory MEMORY = SecretMemory.plain();
  private static final NonceHedge HEDGE = NonceHedge.start(MEMORY, Entropy.system());

  private final List<Finding> findings = new CopyOnWriteArrayList<>();
  private final ExtentWorkspaces workspaces = new ExtentWorkspaces(HEDGE, Suite.CURRENT);
  private final LayerKey key = LayerKey.random(MEMORY, Entropy.system(), LAYER);
  private volatile boolean locked;

  ExtentTuning tuning = new ExtentTuning(1 << 20, 64, 128 << 10, 8, 50_000);

  SegmentExtentStore open(Storage storage, MetaStore meta) throws IOException {
    return open(storage, meta, LAYER, NUMBER, key);
  }

  SegmentExtentStore open(
      Storage storage, MetaStore meta, UUID layer, long number, LayerKey layerKey)
      throws IOException {
    return SegmentExtentStore.open(setting(storage, meta), number, layer, () -> unlocked(layerKey));
  }

  ExtentSetting setting(Storage storage, MetaStore meta) {
    return setting(storage, meta, workspaces);
  }

  private ExtentSetting setting(Storage storage, MetaStore meta, ExtentWorkspaces with) {
    return new ExtentSetting(storage, SEGMENTS, meta, with, findings::add, tuning);
  }

  /** A store whose new extents are sealed under a suite of choice. */
  SegmentExtentStore open(Storage storage, MetaStore meta, Suite suite) throws IOException {
    ExtentSetting sealing = setting(storage, meta, new ExtentWorkspaces(HEDGE, suite));
    return SegmentExtentStore.open(sealing, NUMBER, LAYER, () -> unlocked(key));
  }

  /** Another layer's key. */
  static LayerKey otherKey(UUID layer) {
    return LayerKey.random(MEMORY, Entropy.system(), layer);
  }

  private LayerKey unlocked(LayerKey layerKey) throws KeyAbsentException {
    if (locked) {
      throw new KeyAbsentException("the layer is locked");
    }
    return layerKey;
  }

  void setLocked(boolean nowLocked) {
    locked = nowLocked;
  }

  List<Finding> findings() {
    return findings;
  }

  /** Appends and places an extent in a batch of its own. */
  static ExtentReference write(ExtentStore store, MetaStore meta, byte[] plain) throws IOException {
    ExtentReference appended = store.append(plain, 0, plain.length);
    try (MetaBatch batch = meta.batch()) {
      store.place(batch, appended);
      meta.commit(batch);
    }
    return appended;
  }

  static void release(ExtentStore store, MetaStore meta, long extent) throws IOException {
    try (MetaBatch batch = meta.batch()) {
      store.release(batch, extent);
      meta.commit(batch);
    }
    store.reclaim(extent);
  }

  /** Puts an extent where another was, if there was one, which goes. */
  static <K> void replace(
      ExtentStore store,
      MetaStore meta,
      Map<K, ExtentReference> extents,
      K at,
      ExtentReference fresh)
      throws IOException {
    ExtentReference old = extents.put(at, fresh);
    if (old != null) {
      release(store, meta, old.extent());
    }
  }

  static void share(ExtentStore store, MetaStore meta, long extent, int more) throws IOException {
    try (MetaBatch batch = meta.batch()) {
      store.share(batch, extent, more);
      meta.commit(batch);
    }
  }

  /** What a compaction does after each step. */
  @FunctionalInterface
  interface Step {
    void run() throws IOException;
  }

  /** Follows a compaction, and what it finds damaged. */
  static CompactionWatch movingWith(Step step, LongConsumer damage) {
    return new CompactionWatch() {
      @Override
      public void moved(long bytes) throws IOException {
        step.run();
      }

      @Override
      public void damaged(UUID layer, long extent) {
        damage.accept(extent);
      }
    };
  }

  static byte[] read(ExtentStore store, ExtentReference reference, int skip, int length)
      throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment target = arena.allocate(Math.max(1, length)).asSlice(0, length);
      store.read(reference, skip, target);
      return target.toArray(ValueLayout.JAVA_BYTE);
    }
  }

  static byte[] read(ExtentStore store, ExtentReference reference) throws IOException {
    return read(store, reference, 0, reference.length());
  }

  /** Bytes of all envelopes that have a place. */
  static long live(MetaStore meta) throws IOException {
    long[] sum = new long[1];
    PlaceScan.walk(
        meta,
        NUMBER,
        0,
        (extent, stored) -> sum[0] += PlaceRecord.decode(stored, "it").place().length());
    return sum[0];
  }

  static byte[] bytes(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
