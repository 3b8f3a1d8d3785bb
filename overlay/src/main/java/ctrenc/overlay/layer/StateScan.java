package ctrenc.overlay.layer;

import ctrenc.crypto.record.StateChange;
import ctrenc.crypto.record.StateHash;
import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.MetaReader;
import ctrenc.overlay.meta.Table;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Sums up all records of a layer, a little at each call. Not thread-safe. */
final class StateScan {

  private static final List<Table> TABLES =
      List.of(Table.LAYER, Table.INODE, Table.ENTRY, Table.REFERENCE, Table.ORPHAN);

  private final long layer;
  private final StateChange sum = new StateChange();
  private int current;
  private byte[] next;
  private int lastSession;

  StateScan(long layer) {
    this.layer = layer;
    this.next = RecordKeys.layer(layer);
  }

  /** Goes on by about {@code budget} bytes; false at the end. */
  boolean step(MetaReader reader, StateHash hash, long budget) throws IOException {
    long left = budget;
    byte[] end = RecordKeys.layer(layer + 1);
    while (left > 0 && current < TABLES.size()) {
      Table table = TABLES.get(current);
      try (MetaCursor cursor = reader.scan(table, next, end)) {
        while (left > 0 && cursor.next()) {
          byte[] key = cursor.key();
          left -= add(table, key, cursor.value(), hash);
          next = Arrays.copyOf(key, key.length + 1);
        }
      }
      if (left > 0) {
        current++;
        next = RecordKeys.layer(layer);
      }
    }
    return current < TABLES.size();
  }

  private int add(Table table, byte[] key, byte[] value, StateHash hash) {
    Optional<RecordType> type = StateElement.type(table, key);
    if (type.isPresent()) {
      sum.add(StateElement.of(hash, type.get(), key, value));
      if (value.length >= RecordForm.HEADER_SIZE) {
        lastSession = Math.max(lastSession, ByteBuffer.wrap(value).getInt(1));
      }
    }
    return key.length + value.length;
  }

  /** Sums up as if another record were there. */
  void exchange(Optional<byte[]> stored, SealedRecord other, StateHash hash) {
    Optional<RecordType> type = StateElement.type(other.table(), other.key());
    if (type.isPresent()) {
      stored.ifPresent(value -> sum.remove(StateElement.of(hash, type.get(), other.key(), value)));
      sum.add(StateElement.of(hash, type.get(), other.key(), other.value()));
    }
  }

  /** As {@link StateHash#sum} of what was seen so far. */
  byte[] sum() {
    return sum.toBytes();
  }

  /** Whether a record was sealed where the layer had a root already. */
  boolean needsRoot() {
    return lastSession >= RecordSessions.FIRST_WITH_STATE;
  }
}
