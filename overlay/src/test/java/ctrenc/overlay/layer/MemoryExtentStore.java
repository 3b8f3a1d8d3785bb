package ctrenc.overlay.layer;

import ctrenc.overlay.extent.ExtentReference;
import ctrenc.overlay.extent.ExtentStore;
import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.storage.DamagedException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Extents in memory, with the places and counts of the contract in the metadata store, and a power
 * switch. Thread-safe.
 */
public final class MemoryExtentStore implements ExtentStore {

  private final MetaStore meta;
  private final long layer;
  private final Map<Long, byte[]> extents = new ConcurrentSkipListMap<>();
  private final Map<Long, byte[]> durable = new ConcurrentSkipListMap<>();
  private final AtomicLong reads = new AtomicLong();

  /** No extent has this id or a higher one, nor ever had, as records of lost ones may be found. */
  private long nextId;

  public MemoryExtentStore(MetaStore meta, long layer) throws IOException {
    this(meta, layer, Map.of(), 1);
  }

  private MemoryExtentStore(MetaStore meta, long layer, Map<Long, byte[]> found, long nextId) {
    this.nextId = nextId;
    this.meta = meta;
    this.layer = layer;
    extents.putAll(found);
    durable.putAll(found);
    meta.addFlushHook(this::sync);
  }

  /** What a machine finds after its power failed now. */
  public synchronized MemoryExtentStore afterPowerLoss(MetaStore foundMeta) {
    return new MemoryExtentStore(foundMeta, layer, durable, nextId);
  }

  /** Ids of extents whose bytes are here. */
  public Map<Long, Integer> lengths() {
    Map<Long, Integer> lengths = new TreeMap<>();
    extents.forEach((extent, bytes) -> lengths.put(extent, bytes.length));
    return lengths;
  }

  /** How many references the records say an extent has; 0 if it has no place. */
  public long references(long extent) throws IOException {
    return meta.get(Table.PLACE, key(extent)).isEmpty() ? 0 : 1 + sum(extent);
  }

  @Override
  public synchronized ExtentReference append(byte[] plain, int offset, int length) {
    long extent = nextId++;
    extents.put(extent, Arrays.copyOfRange(plain, offset, offset + length));
    return new ExtentReference(extent, 0, length, extent * 31, extent * 37);
  }

  @Override
  public void place(MetaBatch batch, ExtentReference appended) {
    batch.put(Table.PLACE, key(appended.extent()), new byte[] {1});
  }

  @Override
  public void share(MetaBatch batch, long extent, int more) {
    batch.add(Table.SHARE, key(extent), more);
  }

  @Override
  public void release(MetaBatch batch, long extent) {
    batch.add(Table.SHARE, key(extent), -1);
  }

  @Override
  public void reclaim(long extent) throws IOException {
    if (meta.get(Table.PLACE, key(extent)).isPresent() && sum(extent) < 0) {
      try (MetaBatch batch = meta.batch()) {
        batch.delete(Table.PLACE, key(extent));
        batch.delete(Table.SHARE, key(extent));
        meta.commit(batch);
      }
      extents.put(extent, new byte[0]);
    }
  }

  /** How often something was read so far. */
  public long reads() {
    return reads.get();
  }

  @Override
  public void read(ExtentReference reference, int skip, MemorySegment target) throws IOException {
    reads.incrementAndGet();
    byte[] bytes = extents.getOrDefault(reference.extent(), new byte[0]);
    int from = reference.from() + skip;
    int size = Math.toIntExact(target.byteSize());
    if (reference.sealHigh() != reference.extent() * 31
        || skip + size > reference.length()
        || from + size > bytes.length) {
      throw new DamagedException("The extent " + reference.extent() + " does not hold that.");
    }
    MemorySegment.copy(bytes, from, target, ValueLayout.JAVA_BYTE, 0, size);
  }

  @Override
  public synchronized void sync() {
    durable.clear();
    durable.putAll(extents);
  }

  @Override
  public long storedBytes() {
    return extents.values().stream().mapToLong(bytes -> bytes.length).sum();
  }

  @Override
  public void close() {}

  private long sum(long extent) throws IOException {
    Optional<byte[]> stored = meta.get(Table.SHARE, key(extent));
    return stored
        .map(bytes -> ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong())
        .orElse(0L);
  }

  private byte[] key(long extent) {
    return ByteBuffer.allocate(2 * Long.BYTES).putLong(layer).putLong(extent).array();
  }
}
