package ctrenc.overlay.export;

import ctrenc.overlay.extent.PlaceScan;
import ctrenc.overlay.layer.FieldWriter;
import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.MetaReader;
import ctrenc.overlay.segment.EnvelopeHeader;
import ctrenc.overlay.segment.EnvelopeReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.UUID;

/**
 * Sends what a store has of an encrypted layer that does not grow, without its key: records first,
 * as they are stored, by their logical keys; then extents by their ids. Extents may be freed or
 * moved within the store meanwhile. Not thread-safe.
 *
 * <pre>
 * LAYER         UUID (16) | last extent that the receiver has (8), if it has any
 * RECORDS       table (1) | number of records (4) | per record: key and value, each length (4) and bytes
 * EXTENT        references beyond the first (8) | envelope, as in a segment file
 * END_OF_LAYER  number of records (8) | number of extents (8)
 * </pre>
 */
public final class LayerSource {

  private static final int FRAME = 256 << 10;

  private final MetaReader meta;
  private final long number;
  private final UUID id;
  private final ExtentSource source;
  private final long after;
  private long records;
  private long extents;

  /**
   * @param after the last extent that the receiver has; 0 if it has nothing of the layer
   * @param envelopes stays the caller's, who closes it
   */
  public LayerSource(MetaReader meta, long number, UUID id, long after, EnvelopeReader envelopes) {
    this.after = after;
    this.meta = meta;
    this.number = number;
    this.id = id;
    this.source = new ExtentSource(meta, number, id, envelopes);
  }

  /** The frame that it begins with. */
  byte[] head() {
    FieldWriter head = new FieldWriter(StreamWriter.ID_LENGTH + Long.BYTES).putId(id);
    return (after == 0 ? head : head.putLong(after)).toBytes();
  }

  void send(StreamSink sink) throws IOException {
    for (RecordTable table : RecordTable.values()) {
      sendRecords(table, sink);
    }
    PlaceScan.walk(meta, number, after + 1, (extent, stored) -> sendExtent(extent, stored, sink));
    sink.write(
        Frame.Kind.END_OF_LAYER,
        ByteBuffer.allocate(2 * Long.BYTES).putLong(records).putLong(extents).array());
  }

  private void sendRecords(RecordTable table, StreamSink sink) throws IOException {
    FieldWriter batch = new FieldWriter(FRAME);
    int count = 0;
    try (MetaCursor cursor = table.scan(meta, number)) {
      while (cursor.next()) {
        byte[] key = cursor.key();
        if (!table.travels(key)) {
          continue;
        }
        batch.putBlock(LayerObjects.logical(key)).putBlock(cursor.value());
        count++;
        if (batch.size() >= FRAME) {
          send(table, count, batch, sink);
          batch = new FieldWriter(FRAME);
          count = 0;
        }
      }
    }
    send(table, count, batch, sink);
  }

  private void send(RecordTable table, int count, FieldWriter batch, StreamSink sink)
      throws IOException {
    if (count == 0) {
      return;
    }
    byte[] bytes = batch.toBytes();
    sink.write(
        Frame.Kind.RECORDS,
        new FieldWriter(bytes.length + 1 + Integer.BYTES)
            .putByte(table.code())
            .putInt(count)
            .putBytes(bytes)
            .toBytes());
    records += count;
  }

  private void sendExtent(long extent, byte[] stored, StreamSink sink) throws IOException {
    long share = PlaceScan.share(meta, number, extent);
    if (share < 0) {
      return;
    }
    Optional<EnvelopeHeader> found =
        source.read(extent, source.decoded(extent, stored), sink::room);
    if (found.isPresent()) {
      sink.extent(share, found.get());
      extents++;
    }
  }
}
