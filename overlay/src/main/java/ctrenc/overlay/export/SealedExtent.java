package ctrenc.overlay.export;

import ctrenc.overlay.extent.PlaceRecord;
import ctrenc.overlay.segment.EnvelopeHeader;
import ctrenc.overlay.segment.EnvelopeReader;
import ctrenc.overlay.storage.DamagedException;
import java.io.IOException;

/** An extent of a layer that does not grow. */
record SealedExtent(ExtentSource source, long number) {

  /** Where it lies now: it may be moved within its store, to a place of the same length. */
  PlaceRecord place() throws IOException {
    return source
        .place(number)
        .orElseThrow(
            () -> new DamagedException("The %s is missing.".formatted(source.name(number))));
  }

  /**
   * Puts its envelope where there is room; its header.
   *
   * @param known where it was when it was looked up
   */
  EnvelopeHeader read(PlaceRecord known, EnvelopeReader.Room room) throws IOException {
    return source
        .read(number, known, room)
        .orElseThrow(
            () ->
                new DamagedException(
                    "Extent %d of layer %s was freed, and a file needs it."
                        .formatted(number, source.id())));
  }
}
