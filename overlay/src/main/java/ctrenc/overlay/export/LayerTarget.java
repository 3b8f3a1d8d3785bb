package ctrenc.overlay.export;

import ctrenc.overlay.extent.ArrivingExtents;
import ctrenc.overlay.layer.FieldReader;
import ctrenc.overlay.layer.RecordShape;
import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.storage.DamagedException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.UUID;

/**
 * Stores a layer that comes in a stream under a number that nothing is stored under yet. What it
 * stored before it fails is the caller's to remove. Not thread-safe.
 */
public final class LayerTarget implements AutoCloseable {

  /** Extents placed by one batch. */
  private static final int TOGETHER = 256;

  /** So much comes between two marks: it comes again if the process dies. */
  private static final long MARK_EVERY = 64L << 20;

  /** Is told up to which extent what came is durable, though more is to come. */
  @FunctionalInterface
  public interface Marks {
    void reached(long last) throws IOException;
  }

  private final MetaStore meta;
  private final long number;
  private final UUID id;
  private final ArrivingExtents arriving;
  private MetaBatch places;
  private int waiting;
  private long records;
  private long extents;
  private final Optional<Marks> marks;
  private long sinceMark;

  /**
   * @param arriving is closed with this
   * @param marks where what came shall outlive the process
   */
  public LayerTarget(
      MetaStore meta, long number, UUID id, ArrivingExtents arriving, Optional<Marks> marks) {
    this.marks = marks;
    this.meta = meta;
    this.number = number;
    this.id = id;
    this.arriving = arriving;
    this.places = meta.batch();
  }

  void records(byte[] payload) throws IOException {
    String subject = "records that came for layer " + id;
    try (MetaBatch batch = meta.batch()) {
      records +=
          RecordsFrame.read(
              payload,
              subject,
              (table, logical, value) -> {
                byte[] key = RecordShape.keyIn(number, logical);
                Optional<String> fault = RecordShape.fault(table.table(), key, value);
                if (fault.isPresent() || !table.travels(key)) {
                  throw new FieldReader(payload, subject).damaged("hold something that is none");
                }
                batch.put(table.table(), key, value);
              });
      meta.commit(batch);
    }
  }

  /**
   * @param sealed CRC32C of the sealed bytes that the payload ends with
   */
  void extent(MemorySegment payload, int sealed) throws IOException {
    if (payload.byteSize() < Long.BYTES) {
      throw new DamagedException("An extent that came for layer " + id + " is cut.");
    }
    long share = payload.asByteBuffer().getLong();
    arriving.add(places, share, payload.asSlice(Long.BYTES), sealed);
    extents++;
    waiting++;
    if (waiting == TOGETHER) {
      commit();
    }
    sinceMark += payload.byteSize();
    if (marks.isPresent() && sinceMark >= MARK_EVERY) {
      commit();
      arriving.settle();
      arriving.finish();
      marks.get().reached(last());
      sinceMark = 0;
    }
  }

  void end(byte[] payload) throws IOException {
    FieldReader in = new FieldReader(payload, "end of layer " + id + " in the stream");
    if (in.getLong() != records || in.getLong() != extents) {
      throw in.damaged("counts more or less than came");
    }
    in.end();
    commit();
    arriving.settle();
    arriving.finish();
  }

  /**
   * Makes what came durable, though more is to come; where a write failed, what was committed
   * before it.
   */
  public void keep() throws IOException {
    if (!arriving.hasFailed()) {
      commit();
      arriving.settle();
    }
    arriving.finish();
  }

  /** The extent that came last; 0 if none did. */
  public long last() {
    return arriving.last();
  }

  private void commit() throws IOException {
    arriving.commit(places);
    places = meta.batch();
    waiting = 0;
  }

  @Override
  public void close() throws IOException {
    places.close();
    arriving.close();
  }
}
