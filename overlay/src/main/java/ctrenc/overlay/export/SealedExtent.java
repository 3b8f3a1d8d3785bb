package ctrenc.overlay.export;

import ctrenc.overlay.segment.EnvelopeReader;
import ctrenc.overlay.storage.DamagedException;
import java.io.IOException;

/** An extent of a layer that does not grow. */
record SealedExtent(ExtentSource source, long number) {

  /** How long its envelope is. */
  int length() throws IOException {
    return source.length(number);
  }

  /** Puts its envelope where there is room; its length. */
  int read(EnvelopeReader.Room room) throws IOException {
    return source
        .read(number, room)
        .orElseThrow(
            () ->
                new DamagedException(
                    "Extent %d of layer %s was freed, and a file needs it."
                        .formatted(number, source.id())));
  }
}
