package ctrenc.overlay.export;

import ctrenc.overlay.extent.PlaceRecord;
import ctrenc.overlay.extent.PlaceScan;
import ctrenc.overlay.meta.MetaReader;
import ctrenc.overlay.segment.EnvelopeReader;
import ctrenc.overlay.storage.DamagedException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;

/**
 * Reads the extents of a layer that does not grow, as they are sealed. They may be freed or moved
 * within the store meanwhile. Not thread-safe.
 *
 * @param envelopes stays the caller's, who closes it
 */
public record ExtentSource(MetaReader meta, long number, UUID id, EnvelopeReader envelopes) {

  /** The envelope of an extent; empty if it was freed. */
  Optional<byte[]> read(long extent) throws IOException {
    Optional<byte[]> stored = PlaceScan.living(meta, number, extent);
    while (stored.isPresent()) {
      PlaceRecord record = PlaceRecord.decode(stored.get(), name(extent));
      if (envelopes.read(record.place()) instanceof EnvelopeReader.Found.Whole whole
          && whole.header().extent() == extent
          && whole.header().layer().equals(id)) {
        return Optional.of(whole.bytes());
      }
      Optional<byte[]> now = PlaceScan.living(meta, number, extent);
      if (now.isPresent() && Arrays.equals(now.get(), stored.get())) {
        throw new DamagedException(
            "The %s is damaged, so nothing more was sent; 'ctr-enc verify' says more."
                .formatted(name(extent)));
      }
      stored = now;
    }
    return stored;
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
