package ctrenc.overlay.extent;

import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.segment.AppendsBehind;
import ctrenc.overlay.segment.EnvelopeHeader;
import ctrenc.overlay.segment.SegmentFiles;
import ctrenc.overlay.segment.SegmentPlace;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatTooNewException;
import ctrenc.overlay.storage.Storage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;

/**
 * Takes the extents of a layer as they were sealed in another store, without its key. Nobody else
 * uses the layer meanwhile; what has come before {@link #finish} is the caller's to remove. Not
 * thread-safe.
 */
public final class ArrivingExtents implements AutoCloseable {

  private static final long LIMIT = ExtentTuning.standard().segmentFileLength();

  private final MetaStore meta;
  private final long layer;
  private final UUID layerId;
  private final SegmentFiles segments;
  private final AppendsBehind appends;
  private final Set<Long> came = new HashSet<>();

  /** The highest id that was appended, and the highest whose bytes are written and placed. */
  private long appended;

  private volatile long last;

  /**
   * @param directory that holds the segment files of all layers
   * @param last the extent up to which they came before; 0 if none did
   */
  public ArrivingExtents(
      Storage storage, String directory, MetaStore meta, long layer, UUID layerId, long last)
      throws IOException {
    this.appended = last;
    this.last = last;
    this.meta = meta;
    this.layer = layer;
    this.layerId = layerId;
    this.segments = SegmentFiles.open(storage, directory, layerId, LIMIT);
    this.appends = new AppendsBehind(segments);
    if (last > 0) {
      forgetBehind();
    }
  }

  /** A process that died may have left some, which come again. */
  private void forgetBehind() throws IOException {
    byte[] from = ExtentKeys.extent(layer, last + 1);
    byte[] to = ExtentKeys.afterExtents(layer);
    try (MetaBatch batch = meta.batch()) {
      batch.deleteRange(Table.PLACE, from, to);
      batch.deleteRange(Table.SHARE, from, to);
      meta.commit(batch);
    }
  }

  /**
   * Appends an envelope, and places its extent in the batch, which {@link #commit} takes. They come
   * by ascending ids.
   *
   * @param share references beyond the first
   * @param sealed CRC32C of what the envelope has behind its header
   * @throws DamagedException if it is not one of the layer, or not the next one
   */
  public void add(MetaBatch batch, long share, MemorySegment envelope, int sealed)
      throws IOException {
    EnvelopeHeader header = checked(envelope, sealed);
    if (header.extent() <= appended || share < 0) {
      throw foreign();
    }
    append(batch, header, envelope);
    if (share > 0) {
      batch.add(Table.SHARE, ExtentKeys.extent(layer, header.extent()), share);
    }
  }

  /**
   * The same of extents that come in any order, and may come again.
   *
   * @return whether it came for the first time
   */
  public boolean addOnce(MetaBatch batch, MemorySegment envelope) throws IOException {
    long head = Math.min(envelope.byteSize(), EnvelopeHeader.LENGTH);
    EnvelopeHeader header = checked(envelope, EnvelopeHeader.checksumOf(envelope.asSlice(head)));
    boolean isFirst = came.add(header.extent());
    if (isFirst) {
      append(batch, header, envelope);
    }
    return isFirst;
  }

  /** Counts the references beyond the first of an extent that came by {@link #addOnce}. */
  public void share(MetaBatch batch, long extent, long share) throws DamagedException {
    if (!came.contains(extent)) {
      throw new DamagedException(
          "Extent %d of layer %s did not come, and a file needs it.".formatted(extent, layerId));
    }
    if (share > 0) {
      batch.add(Table.SHARE, ExtentKeys.extent(layer, extent), share);
    }
  }

  private EnvelopeHeader checked(MemorySegment envelope, int sealed)
      throws DamagedException, FormatTooNewException {
    long head = Math.min(envelope.byteSize(), EnvelopeHeader.LENGTH);
    EnvelopeHeader header =
        EnvelopeHeader.decode(
            envelope.asSlice(0, head).toArray(ValueLayout.JAVA_BYTE),
            "that came for layer " + layerId);
    if (!header.layer().equals(layerId)
        || header.extent() <= 0
        || header.envelopeLength() != envelope.byteSize()
        || sealed != header.checksum()) {
      throw foreign();
    }
    return header;
  }

  private DamagedException foreign() {
    return new DamagedException(
        "An extent that came for layer %s is damaged, or of another one.".formatted(layerId));
  }

  private void append(MetaBatch batch, EnvelopeHeader header, MemorySegment envelope)
      throws IOException {
    SegmentPlace place = appends.append(envelope);
    PlaceRecord record = new PlaceRecord(place, header.length(), header.checksum());
    batch.put(Table.PLACE, ExtentKeys.extent(layer, header.extent()), record.encode());
    appended = Math.max(appended, header.extent());
  }

  /** Commits a batch when the envelopes that it places are written; it is not the caller's more. */
  public void commit(MetaBatch batch) throws IOException {
    long reached = appended;
    appends.then(
        () -> {
          meta.commit(batch);
          // Not before: one that found no room did not come, and a stream goes on behind the last.
          last = reached;
        });
  }

  /** Returns when all batches are committed. */
  public void settle() throws IOException {
    appends.settle();
  }

  /** Whether a write failed: what was not committed before it never is. */
  public boolean hasFailed() {
    return appends.hasFailed();
  }

  /** The highest id that came and was committed; 0 if none did. */
  public long last() {
    return last;
  }

  /** Everything has come and is committed; the files survive power loss when this returns. */
  public void finish() throws IOException {
    if (last == 0) {
      return;
    }
    segments.sync();
    SegmentPlace tail = segments.tail();
    ExtentState.Mark settled = new ExtentState.Mark(last + 1, tail);
    ExtentState state = new ExtentState(layerId, true, last + 1, settled, tail);
    try (MetaBatch batch = meta.batch()) {
      batch.put(Table.LAYER, ExtentKeys.state(layer), state.encode());
      meta.commit(batch);
    }
  }

  @Override
  public void close() throws IOException {
    appends.close();
    segments.close();
  }
}
