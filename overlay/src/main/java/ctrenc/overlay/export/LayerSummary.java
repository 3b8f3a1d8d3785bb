package ctrenc.overlay.export;

import ctrenc.overlay.layer.FieldReader;
import ctrenc.overlay.layer.FieldWriter;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatTooNewException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * What a backup says of a layer as a whole: the records that are of no object, and how much its
 * objects hold of it together.
 *
 * <pre>
 * version (1) | layer UUID (16) | records of its objects (8) | extents (8)
 *   | records of table LAYER (4): logical key bytes, value bytes | checksum of all before (4)
 * </pre>
 */
record LayerSummary(UUID layer, long records, long extents, List<ObjectRecords.Stored> own) {

  private static final int VERSION = 1;
  private static final int LONGEST = 1 << 20;
  private static final String SUBJECT = "layer of the backup";

  byte[] encode() {
    FieldWriter out =
        new FieldWriter(256)
            .putByte(VERSION)
            .putId(layer)
            .putLong(records)
            .putLong(extents)
            .putInt(own.size());
    for (ObjectRecords.Stored stored : own) {
      out.putBlock(stored.key()).putBlock(stored.value());
    }
    return ObjectRecords.sealed(out.toBytes());
  }

  static LayerSummary decode(byte[] bytes) throws DamagedException, FormatTooNewException {
    FieldReader in = new FieldReader(ObjectRecords.opened(bytes, SUBJECT), SUBJECT);
    in.version(VERSION);
    UUID layer = in.getId();
    long records = in.getSize();
    long extents = in.getSize();
    List<ObjectRecords.Stored> own = new ArrayList<>();
    for (int left = in.getInt(); left > 0; left--) {
      own.add(
          new ObjectRecords.Stored(RecordTable.LAYER, in.getBlock(LONGEST), in.getBlock(LONGEST)));
    }
    in.end();
    return new LayerSummary(layer, records, extents, own);
  }
}
