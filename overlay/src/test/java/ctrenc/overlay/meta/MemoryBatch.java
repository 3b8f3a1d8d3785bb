package ctrenc.overlay.meta;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;

/** The changes of a batch as values, applied to any set of tables. */
final class MemoryBatch implements MetaBatch {

  /** One change of one table. */
  private interface Change {
    void applyTo(Map<Table, NavigableMap<byte[], byte[]>> tables);
  }

  private final List<Change> changes = new ArrayList<>();
  private final Set<ByteBuffer> places = new HashSet<>();
  private boolean closed;

  void applyTo(Map<Table, NavigableMap<byte[], byte[]>> tables) {
    changes.forEach(change -> change.applyTo(tables));
  }

  /** Whether the batch puts one of these places. */
  boolean placesAnyOf(Set<ByteBuffer> keys) {
    return !Collections.disjoint(places, keys);
  }

  @Override
  public void put(Table table, byte[] key, byte[] value) {
    requireOpen();
    byte[] ownKey = key.clone();
    if (table == Table.PLACE) {
      places.add(ByteBuffer.wrap(ownKey));
    }
    byte[] ownValue = value.clone();
    changes.add(tables -> MemoryMetaStore.of(tables, table).put(ownKey, ownValue));
  }

  @Override
  public void delete(Table table, byte[] key) {
    requireOpen();
    byte[] own = key.clone();
    changes.add(tables -> MemoryMetaStore.of(tables, table).remove(own));
  }

  @Override
  public void deleteRange(Table table, byte[] from, byte[] to) {
    requireOpen();
    byte[] ownFrom = from.clone();
    byte[] ownTo = to.clone();
    if (Arrays.compareUnsigned(from, to) < 0) {
      changes.add(tables -> MemoryMetaStore.of(tables, table).subMap(ownFrom, ownTo).clear());
    }
  }

  @Override
  public void add(Table table, byte[] key, long delta) {
    requireOpen();
    if (table != Table.SHARE) {
      throw new IllegalArgumentException("only " + Table.SHARE + " holds sums, not " + table);
    }
    byte[] own = key.clone();
    changes.add(
        tables -> MemoryMetaStore.of(tables, table).merge(own, sum(delta), MemoryBatch::added));
  }

  @Override
  public boolean isEmpty() {
    return changes.isEmpty();
  }

  @Override
  public void close() {
    closed = true;
  }

  void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the batch is closed");
    }
  }

  private static byte[] sum(long value) {
    return ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
  }

  private static byte[] added(byte[] left, byte[] right) {
    return sum(longOf(left) + longOf(right));
  }

  private static long longOf(byte[] value) {
    return ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }
}
