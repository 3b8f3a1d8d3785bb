package ctrenc.overlay.scrub;

import ctrenc.overlay.audit.Finding;
import ctrenc.overlay.extent.PlaceRecord;
import ctrenc.overlay.extent.PlaceScan;
import ctrenc.overlay.meta.MetaReader;
import ctrenc.overlay.segment.EnvelopeHeader;
import ctrenc.overlay.segment.EnvelopeReader;
import ctrenc.overlay.segment.SegmentPlace;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatTooNewException;
import ctrenc.overlay.storage.Pace;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Verifies the extents of one layer without its key, while it may be in use: each place of the
 * location map holds that extent of that layer, whole. What it finds wrong is looked at again
 * before it is told, because an extent may be freed or moved meanwhile. Not thread-safe.
 */
public final class ExtentScrub {

  private final MetaReader meta;
  private final long layer;
  private final UUID layerId;
  private final EnvelopeReader envelopes;
  private final Pace pace;
  private final ScrubSink sink;

  public ExtentScrub(
      MetaReader meta,
      long layer,
      UUID layerId,
      EnvelopeReader envelopes,
      Pace pace,
      ScrubSink sink) {
    this.meta = meta;
    this.layer = layer;
    this.layerId = layerId;
    this.envelopes = envelopes;
    this.pace = pace;
    this.sink = sink;
  }

  /** Verifies the extents from an id on. */
  public void run(long from) throws IOException {
    envelopes.forgetCache();
    for (Map.Entry<String, String> wrong : envelopes.checkHeaders().entrySet()) {
      sink.found(
          ScrubFinding.of(
              Finding.Kind.DAMAGED, layerId, "file " + wrong.getKey(), wrong.getValue()));
    }
    PlaceScan.walk(meta, layer, from, this::verify);
  }

  private void verify(long extent, byte[] stored) throws IOException {
    byte[] record = stored;
    Optional<ScrubFinding> finding = look(extent, record);
    Optional<byte[]> now =
        finding.isEmpty() ? Optional.empty() : PlaceScan.living(meta, layer, extent);
    while (now.isPresent() && !Arrays.equals(now.get(), record)) {
      record = now.get();
      finding = look(extent, record);
      now = PlaceScan.living(meta, layer, extent);
    }
    if (finding.isPresent() && now.isPresent()) {
      sink.found(finding.get());
    }
    // After the finding: whoever ends the scrub here goes on behind what was told.
    sink.verified(new ScrubPosition(layer, ScrubPosition.Step.EXTENTS, extent + 1), length(stored));
  }

  /** As {@code bytesToVerify} counts it. */
  private static long length(byte[] stored) throws IOException {
    return PlaceRecord.find(stored).map(record -> (long) record.place().length()).orElse(0L);
  }

  private Optional<ScrubFinding> look(long extent, byte[] stored) throws IOException {
    PlaceRecord record;
    try {
      record = PlaceRecord.decode(stored, "extent " + extent);
    } catch (DamagedException | FormatTooNewException e) {
      String reason = String.valueOf(e.getMessage());
      return Optional.of(finding(Finding.Kind.DAMAGED, extent, Optional.empty(), reason));
    }
    envelopes.readAhead(record.place());
    EnvelopeReader.Found found = envelopes.read(record.place());
    pace.moved(record.place().length());
    return switch (found) {
      case EnvelopeReader.Found.Whole(EnvelopeHeader header) -> compare(extent, record, header);
      case EnvelopeReader.Found.Damaged(String reason) ->
          Optional.of(finding(Finding.Kind.DAMAGED, extent, record, reason));
      case EnvelopeReader.Found.Missing(String reason) ->
          Optional.of(finding(Finding.Kind.MISSING, extent, record, reason));
    };
  }

  private Optional<ScrubFinding> compare(long extent, PlaceRecord record, EnvelopeHeader header) {
    if (!header.layer().equals(layerId) || header.extent() != extent) {
      String reason =
          "Extent %d of layer %s lies in its place.".formatted(header.extent(), header.layer());
      return Optional.of(finding(Finding.Kind.FOREIGN, extent, record, reason));
    }
    if (header.length() != record.length() || header.checksum() != record.checksum()) {
      String reason = "Its header and its place in the map do not agree.";
      return Optional.of(finding(Finding.Kind.DAMAGED, extent, record, reason));
    }
    return Optional.empty();
  }

  private ScrubFinding finding(Finding.Kind kind, long extent, PlaceRecord record, String reason) {
    return finding(kind, extent, Optional.of(record.place()), reason);
  }

  private ScrubFinding finding(
      Finding.Kind kind, long extent, Optional<SegmentPlace> place, String reason) {
    return ScrubFinding.ofExtent(kind, layerId, extent, place, reason);
  }
}
