package ctrenc.overlay.meta;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A batch in RocksDB's own serialized form (db/write_batch.cc), built on the heap and handed over
 * in one native call: a put through JNI costs more than the copy, and a batch that nobody commits
 * leaks nothing native.
 *
 * <p>Form: sequence (8 bytes, zero), count (4 bytes, little-endian), then per change a tag, the
 * column family's id as a varint, and one or two byte strings, each after its length as a varint.
 */
final class RocksBatch implements MetaBatch {

  private static final int SEQUENCE_LENGTH = 8;
  private static final int COUNT_LENGTH = 4;
  static final int HEADER_LENGTH = SEQUENCE_LENGTH + COUNT_LENGTH;
  private static final int MAX_VARINT = 5;
  private static final int INITIAL_LENGTH = 1024;

  /** Bytes that are in the log alone; of no column family. */
  static final byte TAG_LOG_DATA = 0x3;

  /**
   * Tags of db/dbformat.h for a column family other than the default one, which holds no table of
   * ours.
   */
  static final byte TAG_DELETE = 0x4;

  static final byte TAG_PUT = 0x5;
  static final byte TAG_MERGE = 0x6;
  static final byte TAG_NOOP = 0xD;
  static final byte TAG_DELETE_RANGE = 0xE;

  private final int[] familyIds;
  private byte[] bytes = new byte[INITIAL_LENGTH];
  private int length = HEADER_LENGTH;
  private int count;
  private boolean closed;

  /** {@code familyIds} by {@link Table#ordinal}. */
  RocksBatch(int[] familyIds) {
    this.familyIds = familyIds;
  }

  @Override
  public void put(Table table, byte[] key, byte[] value) {
    begin(TAG_PUT, table, key, value.length);
    append(value);
  }

  @Override
  public void delete(Table table, byte[] key) {
    begin(TAG_DELETE, table, key, 0);
  }

  @Override
  public void deleteRange(Table table, byte[] from, byte[] to) {
    begin(TAG_DELETE_RANGE, table, from, to.length);
    append(to);
  }

  @Override
  public void add(Table table, byte[] key, long delta) {
    if (table != Table.SHARE) {
      throw new IllegalArgumentException("only " + Table.SHARE + " holds sums, not " + table);
    }
    begin(TAG_MERGE, table, key, Long.BYTES);
    append(ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(delta).array());
  }

  @Override
  public boolean isEmpty() {
    return count == 0;
  }

  @Override
  public void close() {
    closed = true;
  }

  /** The whole batch; the batch is closed by it. */
  byte[] serialize() {
    checkOpen();
    closed = true;
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(SEQUENCE_LENGTH, count);
    return Arrays.copyOf(bytes, length);
  }

  private void begin(byte tag, Table table, byte[] key, int more) {
    checkOpen();
    makeRoom(1 + 3 * MAX_VARINT + key.length + more);
    bytes[length++] = tag;
    appendVarint(familyIds[table.ordinal()]);
    append(key);
    count++;
  }

  private void append(byte[] part) {
    appendVarint(part.length);
    System.arraycopy(part, 0, bytes, length, part.length);
    length += part.length;
  }

  private void appendVarint(int value) {
    int rest = value;
    while ((rest & ~0x7f) != 0) {
      bytes[length++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[length++] = (byte) rest;
  }

  private void makeRoom(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, Math.addExact(length, more)));
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the batch is closed");
    }
  }
}
