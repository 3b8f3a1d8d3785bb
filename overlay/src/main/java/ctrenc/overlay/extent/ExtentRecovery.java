package ctrenc.overlay.extent;

import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.MetaReader;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.segment.EnvelopeHeader;
import ctrenc.overlay.segment.SegmentFiles;
import ctrenc.overlay.segment.SegmentPlace;
import ctrenc.overlay.segment.SegmentScan;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Looks, after a crash, at what lies above the settled mark of a layer's extents: envelopes and
 * gaps that no record places are dead, and records whose envelope is not whole are missing. Works
 * without keys, once, before anything else uses the layer.
 */
final class ExtentRecovery implements SegmentScan.Visitor {

  private final MetaReader meta;
  private final SegmentFiles segments;
  private final long layer;
  private final UUID layerId;
  private final ExtentState state;

  /** Records above the mark that no whole envelope was found for yet. */
  private final Map<Long, PlaceRecord> missing = new HashMap<>();

  private final List<SegmentPlace> dead = new ArrayList<>();
  private final List<SegmentPlace> restored = new ArrayList<>();
  private long highestId;

  ExtentRecovery(MetaReader meta, SegmentFiles segments, long layer, ExtentState state) {
    this.meta = meta;
    this.segments = segments;
    this.layer = layer;
    this.layerId = state.layerId();
    this.state = state;
    this.highestId = state.nextId() - 1;
  }

  void run() throws IOException {
    collectPlaced();
    SegmentPlace from = state.settled().tail();
    for (int file : segments.numbers()) {
      if (file >= from.file()) {
        segments.scan(file, file == from.file() ? from.offset() : 0, this);
      }
    }
  }

  /**
   * Writes the envelopes again that are missing and of which there is a copy. Their copies stay
   * until the segment files are synced.
   */
  void restore() throws IOException {
    for (Map.Entry<Long, PlaceRecord> lost : List.copyOf(missing.entrySet())) {
      Optional<byte[]> copy = ExtentJournal.copy(meta, layer, lost.getKey());
      SegmentPlace place = lost.getValue().place();
      if (copy.isPresent()
          && segments.exists(place.file())
          && isCopyOf(lost.getValue(), copy.get())) {
        segments.restore(place, copy.get());
        missing.remove(lost.getKey());
        restored.add(place);
      }
    }
  }

  /** Records whose extent is not there, by id. */
  Map<Long, PlaceRecord> missing() {
    return missing;
  }

  /** Ranges of segment files that belong to no placed extent. */
  List<SegmentPlace> dead() {
    List<SegmentPlace> claimed = new ArrayList<>(restored);
    missing.values().forEach(record -> claimed.add(record.place()));
    return dead.stream()
        .filter(range -> claimed.stream().noneMatch(place -> meets(range, place)))
        .toList();
  }

  /** No file below this number can take new envelopes: records place some there, lost or not. */
  int nextFile() {
    return missing.values().stream().mapToInt(record -> record.place().file() + 1).max().orElse(0);
  }

  /** The first id that no extent ever had. */
  long nextId() {
    return highestId + 1;
  }

  private void collectPlaced() throws IOException {
    byte[] from = ExtentKeys.extent(layer, state.settled().id());
    try (MetaCursor cursor = meta.scan(Table.PLACE, from, ExtentKeys.afterExtents(layer))) {
      while (cursor.next()) {
        long id = ExtentKeys.extentOf(cursor.key());
        missing.put(id, decode(id, cursor.value()));
        highestId = Math.max(highestId, id);
      }
    }
  }

  @Override
  public void envelope(SegmentPlace place, EnvelopeHeader header, boolean isWhole)
      throws IOException {
    if (!header.layer().equals(layerId)) {
      dead.add(place);
      return;
    }
    highestId = Math.max(highestId, header.extent());
    Optional<PlaceRecord> placed = placed(header.extent());
    if (placed.isEmpty() || !placed.get().place().equals(place)) {
      dead.add(place);
    } else if (isWhole && placed.get().checksum() == header.checksum()) {
      missing.remove(header.extent());
    } else {
      missing.put(header.extent(), placed.get());
    }
  }

  @Override
  public void gap(int file, long from, long to) {
    // Parts, since a gap may be longer than an envelope can be.
    for (long start = from; start < to; start += Integer.MAX_VALUE) {
      dead.add(new SegmentPlace(file, start, (int) Math.min(Integer.MAX_VALUE, to - start)));
    }
  }

  private Optional<PlaceRecord> placed(long id) throws IOException {
    PlaceRecord known = missing.get(id);
    if (known != null) {
      return Optional.of(known);
    }
    Optional<byte[]> stored = meta.get(Table.PLACE, ExtentKeys.extent(layer, id));
    return stored.isEmpty() ? Optional.empty() : Optional.of(decode(id, stored.get()));
  }

  private PlaceRecord decode(long id, byte[] bytes) throws IOException {
    return PlaceRecord.decode(bytes, "extent " + id + " of layer " + layerId);
  }

  private static boolean isCopyOf(PlaceRecord record, byte[] envelope) {
    int sealedLength = envelope.length - EnvelopeHeader.LENGTH;
    return envelope.length == record.place().length()
        && EnvelopeHeader.checksumOf(envelope, EnvelopeHeader.LENGTH, sealedLength)
            == record.checksum();
  }

  private static boolean meets(SegmentPlace one, SegmentPlace other) {
    return one.file() == other.file() && one.offset() < other.end() && other.offset() < one.end();
  }
}
