package ctrenc.overlay.export;

import ctrenc.overlay.layer.FieldReader;
import java.io.IOException;

/**
 * The payload of a frame of records, all of one layer and table.
 *
 * <pre>table (1) | records (4) | per record: logical key bytes, value bytes</pre>
 *
 * <p>"bytes" is a length (4) and bytes. Stateless.
 */
final class RecordsFrame {

  private static final int LONGEST = 4 << 20;

  private RecordsFrame() {}

  /** Takes the records. */
  @FunctionalInterface
  interface Taker {

    /**
     * @param key without the number that the layer has in a store
     */
    void record(RecordTable table, byte[] key, byte[] value) throws IOException;
  }

  /**
   * Reads all of them, and says how many they are.
   *
   * @param subject what they are, for messages
   */
  static int read(byte[] payload, String subject, Taker taker) throws IOException {
    FieldReader in = new FieldReader(payload, subject);
    RecordTable table = RecordTable.of(in.getByte());
    int count = in.getInt();
    for (int left = count; left > 0; left--) {
      taker.record(table, in.getBlock(LONGEST), in.getBlock(LONGEST));
    }
    in.end();
    return count;
  }
}
