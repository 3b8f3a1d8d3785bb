package ctrenc.overlay.scrub;

import ctrenc.overlay.meta.Table;
import ctrenc.overlay.segment.SegmentPlace;
import java.nio.ByteBuffer;
import java.util.Optional;

/** What a scrub found something wrong with. */
public sealed interface ScrubSubject {

  /** For people, such as "extent 7". */
  String text();

  /**
   * An extent that is damaged or lost itself, and not a record of it.
   *
   * @param place where the location map has it; empty where that record cannot be read
   */
  record Extent(long id, Optional<SegmentPlace> place) implements ScrubSubject {

    @Override
    public String text() {
      return "extent " + id;
    }
  }

  /**
   * A record of a layer. Two are equal that have one key in one table.
   *
   * @param key with the layer's number; is read and never changed
   */
  record StoredRecord(Table table, ByteBuffer key) implements ScrubSubject {

    @Override
    public String text() {
      return table.familyName() + " record";
    }
  }

  /** Anything else, such as a segment file, a key file, or the layer as a whole. */
  record Other(String text) implements ScrubSubject {}
}
