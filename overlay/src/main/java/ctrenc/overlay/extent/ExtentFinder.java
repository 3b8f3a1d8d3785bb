package ctrenc.overlay.extent;

import ctrenc.crypto.extent.ExtentSeal;
import ctrenc.crypto.extent.Suite;
import ctrenc.overlay.audit.Finding;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.segment.EnvelopeHeader;
import ctrenc.overlay.segment.SegmentFiles;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatTooNewException;
import java.io.IOException;
import java.util.Optional;
import java.util.UUID;

/** Finds extents by reference: in the cache, or by the location map and the header there. */
final class ExtentFinder {

  private final MetaStore meta;
  private final SegmentFiles segments;
  private final ExtentLedger ledger;
  private final long layer;
  private final UUID layerId;
  private final ExtentCache cache;

  ExtentFinder(
      MetaStore meta,
      SegmentFiles segments,
      ExtentLedger ledger,
      long layer,
      UUID layerId,
      ExtentCache cache) {
    this.meta = meta;
    this.segments = segments;
    this.ledger = ledger;
    this.layer = layer;
    this.layerId = layerId;
    this.cache = cache;
  }

  /**
   * The extent a reference means.
   *
   * @throws ExtentGoneException if no such extent is placed
   */
  OpenExtent find(ExtentReference reference) throws IOException, ExtentFault {
    OpenExtent extent = cache.get(reference.extent());
    if (extent == null) {
      extent = load(reference.extent());
      cache.put(extent);
    }
    if (!extent.isSealedAs(reference)) {
      throw new ExtentFault(
          Finding.Kind.FOREIGN, "The extent is not the one that the file refers to.");
    }
    if (reference.from() < 0
        || reference.length() <= 0
        || reference.length() > extent.place().length() - reference.from()) {
      throw new ExtentFault(
          Finding.Kind.DAMAGED, "The extent is shorter than the file's reference to it.");
    }
    return extent;
  }

  /** The record of the location map, also of an extent that waits to be placed. */
  Optional<PlaceRecord> place(long extent) throws IOException {
    Optional<PlaceRecord> waiting = ledger.unplaced(extent);
    if (waiting.isPresent()) {
      return waiting;
    }
    Optional<byte[]> stored = meta.get(Table.PLACE, ExtentKeys.extent(layer, extent));
    return stored.isEmpty()
        ? Optional.empty()
        : Optional.of(PlaceRecord.decode(stored.get(), "extent " + extent + " of layer " + layer));
  }

  /** Whether the location map has a record of the extent, readable or not. */
  boolean isPlaced(long extent) throws IOException {
    return ledger.unplaced(extent).isPresent()
        || meta.get(Table.PLACE, ExtentKeys.extent(layer, extent)).isPresent();
  }

  private OpenExtent load(long id) throws IOException, ExtentFault {
    PlaceRecord place =
        place(id)
            .orElseThrow(
                () ->
                    new ExtentGoneException("Extent " + id + " of layer " + layerId + " is gone."));
    EnvelopeHeader header = header(place);
    if (!header.layer().equals(layerId) || header.extent() != id) {
      throw new ExtentFault(Finding.Kind.FOREIGN, "Another extent lies in the place of this one.");
    }
    Suite suite = suite(header);
    if (header.length() != place.length()
        || header.envelopeLength() != place.place().length()
        || header.sealedLength() != suite.sealedLength(header.length())) {
      throw new ExtentFault(
          Finding.Kind.DAMAGED, "The extent's header and its place in the map do not agree.");
    }
    return new OpenExtent(id, place, new ExtentSeal(suite, header.nonce(), header.commitment()));
  }

  private static Suite suite(EnvelopeHeader header) throws FormatTooNewException {
    return Suite.of(header.suite())
        .orElseThrow(
            () ->
                new FormatTooNewException(
                    "Extent "
                        + header.extent()
                        + " of layer "
                        + header.layer()
                        + " is sealed in a way that only a newer release knows."));
  }

  private EnvelopeHeader header(PlaceRecord place) throws IOException, ExtentFault {
    try {
      return segments.header(place.place());
    } catch (DamagedException e) {
      throw ExtentFault.damaged(e);
    }
  }
}
