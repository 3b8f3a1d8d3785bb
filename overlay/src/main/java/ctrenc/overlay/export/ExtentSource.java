package ctrenc.overlay.export;

import ctrenc.overlay.extent.PlaceRecord;
import ctrenc.overlay.extent.PlaceScan;
import ctrenc.overlay.meta.MetaReader;
import ctrenc.overlay.segment.EnvelopeHeader;
import ctrenc.overlay.segment.EnvelopeReader;
import ctrenc.overlay.storage.DamagedException;
import java.io.IOException;
import java.util.Optional;
import java.util.UUID;

/**
 * Reads the extents of a layer that does not grow, as they are sealed. They may be freed or moved
 * within the store meanwhile. Not thread-safe.
 *
 * @param envelopes stays the caller's, who closes it
 */
public record ExtentSource(MetaReader meta, long number, UUID id, EnvelopeReader envelopes) {

  /**
   * Puts the envelope of an extent where there is room; its header, empty if it was freed.
   *
   * @param known where it was when it was looked up
   */
  Optional<EnvelopeHeader> read(long extent, PlaceRecord known, EnvelopeReader.Room room)
      throws IOException {
    Optional<EnvelopeHeader> found = look(extent, known, room);
    Optional<PlaceRecord> now = found.isEmpty() ? place(extent) : Optional.empty();
    PlaceRecord before = known;
    while (now.isPresent()) {
      if (now.get().equals(before)) {
        throw new DamagedException(
            "The %s is damaged, so nothing more was sent; 'ctr-enc verify' says more."
                .formatted(name(extent)));
      }
      before = now.get();
      found = look(extent, before, room);
      now = found.isEmpty() ? place(extent) : Optional.empty();
    }
    return found;
  }

  private Optional<EnvelopeHeader> look(long extent, PlaceRecord record, EnvelopeReader.Room room)
      throws IOException {
    return envelopes.read(record.place(), room)
                instanceof EnvelopeReader.Found.Whole(EnvelopeHeader header)
            && header.extent() == extent
            && header.layer().equals(id)
        ? Optional.of(header)
        : Optional.empty();
  }

  /** Where an extent lies; empty if it was freed. */
  Optional<PlaceRecord> place(long extent) throws IOException {
    Optional<byte[]> stored = PlaceScan.living(meta, number, extent);
    return stored.isEmpty() ? Optional.empty() : Optional.of(decoded(extent, stored.get()));
  }

  PlaceRecord decoded(long extent, byte[] stored) throws IOException {
    return PlaceRecord.decode(stored, name(extent));
  }

  String name(long extent) {
    // It is made for each extent, whatever becomes of that: formatting would cost as much as
    // looking it up.
    return "extent " + extent + " of layer " + id;
  }
}
