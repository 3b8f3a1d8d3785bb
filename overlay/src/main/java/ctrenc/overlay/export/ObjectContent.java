package ctrenc.overlay.export;

import ctrenc.overlay.extent.PlaceRecord;
import ctrenc.overlay.layer.FieldWriter;
import ctrenc.overlay.segment.EnvelopeHeader;
import ctrenc.overlay.segment.EnvelopeReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The data of an object in a backup, laid out: a head, envelopes, and a checksum of all before.
 *
 * <pre>
 * version (1) | length (4) and records | number of extents (4) | their envelopes | checksum (4)
 * </pre>
 *
 * @param places where each envelope lay when this was laid out
 * @param ends where each ends in the data
 */
@SuppressWarnings("ArrayRecordComponent") // Handed over, never compared.
record ObjectContent(
    byte[] head, List<SealedExtent> extents, List<PlaceRecord> places, long[] ends) {

  static final int VERSION = 1;
  static final int CHECKSUM_LENGTH = Integer.BYTES;

  static ObjectContent of(ObjectParts parts) throws IOException {
    byte[] records = parts.content().encode();
    byte[] head =
        new FieldWriter(records.length + 16)
            .putByte(VERSION)
            .putBlock(records)
            .putInt(parts.data().size())
            .toBytes();
    long[] ends = new long[parts.data().size()];
    List<PlaceRecord> places = new ArrayList<>(ends.length);
    long end = head.length;
    for (int i = 0; i < ends.length; i++) {
      PlaceRecord place = parts.data().get(i).place();
      places.add(place);
      end += place.place().length();
      ends[i] = end;
    }
    return new ObjectContent(head, parts.data(), places, ends);
  }

  /** Puts an envelope where there is room; its header. */
  EnvelopeHeader read(int extent, EnvelopeReader.Room room) throws IOException {
    return extents.get(extent).read(places.get(extent), room);
  }

  /** Where the checksum begins. */
  long checked() {
    return ends.length == 0 ? head.length : ends[ends.length - 1];
  }

  long size() {
    return checked() + CHECKSUM_LENGTH;
  }

  /** Where an envelope begins. */
  long begin(int extent) {
    return extent == 0 ? head.length : ends[extent - 1];
  }

  /** The envelope that a place behind the head is in. */
  int extentAt(long offset) {
    int found = Arrays.binarySearch(ends, offset);
    return found < 0 ? -found - 1 : found + 1;
  }
}
