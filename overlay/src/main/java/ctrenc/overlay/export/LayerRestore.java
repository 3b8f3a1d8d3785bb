package ctrenc.overlay.export;

import ctrenc.overlay.extent.ArrivingExtents;
import ctrenc.overlay.layer.RecordShape;
import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.storage.DamagedException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stores a layer of which objects come in any order, under a number that nothing is stored under
 * yet. What it stored before it fails is the caller's to remove. Not thread-safe.
 */
public final class LayerRestore implements AutoCloseable {

  /** Changes in one batch. */
  private static final int TOGETHER = 512;

  private final MetaStore meta;
  private final long number;
  private final UUID id;
  private final ArrivingExtents arriving;
  private MetaBatch batch;
  private int waiting;

  /**
   * @param arriving is closed with this
   */
  public LayerRestore(MetaStore meta, long number, UUID id, ArrivingExtents arriving) {
    this.meta = meta;
    this.number = number;
    this.id = id;
    this.arriving = arriving;
    this.batch = meta.batch();
  }

  void records(List<ObjectRecords.Stored> records) throws IOException {
    for (ObjectRecords.Stored stored : records) {
      byte[] key = RecordShape.keyIn(number, stored.key());
      if (!stored.table().travels(key)
          || RecordShape.fault(stored.table().table(), key, stored.value()).isPresent()) {
        throw new DamagedException("The backup of layer " + id + " holds something that is none.");
      }
      batch.put(stored.table().table(), key, stored.value());
      changed();
    }
  }

  /** Does nothing if the extent came before, with another object that shares it. */
  void extent(MemorySegment envelope) throws IOException {
    if (arriving.addOnce(batch, envelope)) {
      changed();
    }
  }

  private void changed() throws IOException {
    waiting++;
    if (waiting == TOGETHER) {
      commit();
    }
  }

  private void commit() throws IOException {
    arriving.commit(batch);
    batch = meta.batch();
    waiting = 0;
  }

  /** How many records of objects came, each counted once; to be called after {@link #finish}. */
  long stored() throws IOException {
    LayerObjects objects = new LayerObjects(meta, number, id, true);
    AtomicLong count = new AtomicLong();
    for (RecordTable table : RecordTable.values()) {
      if (table != RecordTable.LAYER) {
        objects.inodes(table, inode -> count.incrementAndGet());
      }
    }
    return count.get();
  }

  /**
   * Everything has come: counts the references of each extent.
   *
   * @throws DamagedException if an extent did not come that a file needs
   */
  void finish() throws IOException {
    commit();
    arriving.settle();
    Map<Long, Integer> references = new HashMap<>();
    try (MetaCursor cursor = RecordTable.REFERENCE.scan(meta, number)) {
      while (cursor.next()) {
        OptionalLong extent = RecordShape.extentOf(cursor.value());
        if (extent.isPresent() && extent.getAsLong() != 0) {
          references.merge(extent.getAsLong(), 1, Integer::sum);
        }
      }
    }
    for (Map.Entry<Long, Integer> one : references.entrySet()) {
      arriving.share(batch, one.getKey(), one.getValue() - 1L);
    }
    commit();
    arriving.settle();
    arriving.finish();
  }

  @Override
  public void close() throws IOException {
    batch.close();
    arriving.close();
  }
}
