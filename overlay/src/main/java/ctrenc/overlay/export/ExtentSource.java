package ctrenc.overlay.export;

import ctrenc.overlay.extent.PlaceRecord;
import ctrenc.overlay.extent.PlaceScan;
import ctrenc.overlay.meta.MetaReader;
import ctrenc.overlay.segment.EnvelopeHeader;
import ctrenc.overlay.segment.EnvelopeReader;
import ctrenc.overlay.storage.DamagedException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;

/**
 * Reads the extents of a layer that does not grow, as they are sealed. They may be freed or moved
 * within the store meanwhile. Not thread-safe.
 *
 * @param envelopes stays the caller's, who closes it
 */
public record ExtentSource(MetaReader meta, long number, UUID id, EnvelopeReader envelopes) {

  /** Puts the envelope of an extent where there is room; its length, empty if it was freed. */
  OptionalInt read(long extent, EnvelopeReader.Room room) throws IOException {
    Optional<byte[]> stored = PlaceScan.living(meta, number, extent);
    while (stored.isPresent()) {
      PlaceRecord record = PlaceRecord.decode(stored.get(), name(extent));
      if (envelopes.read(record.place(), room)
              instanceof EnvelopeReader.Found.Whole(EnvelopeHeader header)
          && header.extent() == extent
          && header.layer().equals(id)) {
        return OptionalInt.of(header.envelopeLength());
      }
      Optional<byte[]> now = PlaceScan.living(meta, number, extent);
      if (now.isPresent() && Arrays.equals(now.get(), stored.get())) {
        throw new DamagedException(
            "The %s is damaged, so nothing more was sent; 'ctr-enc verify' says more."
                .formatted(name(extent)));
      }
      stored = now;
    }
    return OptionalInt.empty();
  }

  /** How long an extent's envelope is. */
  int length(long extent) throws IOException {
    byte[] stored =
        PlaceScan.living(meta, number, extent)
            .orElseThrow(() -> new DamagedException("The %s is missing.".formatted(name(extent))));
    return PlaceRecord.decode(stored, name(extent)).place().length();
  }

  private String name(long extent) {
    return "extent %d of layer %s".formatted(extent, id);
  }
}
