package ctrenc.overlay.export;

import ctrenc.overlay.layer.FieldReader;
import ctrenc.overlay.layer.FieldWriter;
import ctrenc.overlay.segment.EnvelopeHeader;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatTooNewException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Records of one object of a backup, as they are stored, by the layers that have them.
 *
 * <pre>
 * version (1) | layers (2) | per layer: UUID (16) | records (4) | per record: table (1), logical key
 *   bytes, value bytes | checksum of all before (4)
 * </pre>
 *
 * <p>"bytes" is a length (4) and bytes; the checksum is CRC32C.
 */
record ObjectRecords(List<OfLayer> layers) {

  /** A record without the number that its layer has in a store. */
  @SuppressWarnings("ArrayRecordComponent") // Handed over, never compared.
  record Stored(RecordTable table, byte[] key, byte[] value) {}

  record OfLayer(UUID layer, List<Stored> records) {}

  private static final int VERSION = 1;
  private static final int LONGEST = 4 << 20;
  private static final String SUBJECT = "object of the backup";

  boolean isEmpty() {
    return there() == 0;
  }

  /** How many layers have any. */
  private int there() {
    int there = 0;
    for (OfLayer one : layers) {
      there += one.records().isEmpty() ? 0 : 1;
    }
    return there;
  }

  /** In bytes, of all together. */
  int length() {
    int length = 1 + Short.BYTES + Integer.BYTES;
    for (OfLayer one : layers) {
      length += one.records().isEmpty() ? 0 : 2 * Long.BYTES + Integer.BYTES;
      for (Stored stored : one.records()) {
        length += 1 + 2 * Integer.BYTES + stored.key().length + stored.value().length;
      }
    }
    return length;
  }

  byte[] encode() {
    FieldWriter out = new FieldWriter(length()).putByte(VERSION);
    out.putShort(there());
    for (OfLayer one : layers) {
      if (one.records().isEmpty()) {
        continue;
      }
      out.putId(one.layer()).putInt(one.records().size());
      for (Stored stored : one.records()) {
        out.putByte(stored.table().code()).putBlock(stored.key()).putBlock(stored.value());
      }
    }
    return sealed(out.toBytes());
  }

  static ObjectRecords decode(byte[] bytes) throws DamagedException, FormatTooNewException {
    FieldReader in = new FieldReader(opened(bytes, SUBJECT), SUBJECT);
    in.version(VERSION);
    List<OfLayer> layers = new ArrayList<>();
    for (int left = in.getShort(); left > 0; left--) {
      UUID layer = in.getId();
      List<Stored> records = new ArrayList<>();
      for (int more = in.getInt(); more > 0; more--) {
        RecordTable table = RecordTable.of(in.getByte());
        records.add(new Stored(table, in.getBlock(LONGEST), in.getBlock(LONGEST)));
      }
      layers.add(new OfLayer(layer, records));
    }
    in.end();
    return new ObjectRecords(layers);
  }

  /** Bytes with their checksum behind them. */
  static byte[] sealed(byte[] bytes) {
    return new FieldWriter(bytes.length + Integer.BYTES)
        .putBytes(bytes)
        .putInt(checksum(bytes))
        .toBytes();
  }

  /** What {@link #sealed} got. */
  static byte[] opened(byte[] bytes, String subject) throws DamagedException {
    FieldReader in = new FieldReader(bytes, subject);
    byte[] content = in.getBytes(bytes.length - Integer.BYTES);
    if (in.getInt() != checksum(content)) {
      throw in.damaged("is not what was backed up");
    }
    return content;
  }

  private static int checksum(byte[] bytes) {
    return EnvelopeHeader.checksumOf(bytes, 0, bytes.length);
  }
}
