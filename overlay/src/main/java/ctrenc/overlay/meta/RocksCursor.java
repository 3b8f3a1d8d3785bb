package ctrenc.overlay.meta;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/** A scan over a RocksDB iterator, which sees the store as it was when it was made. */
final class RocksCursor implements MetaCursor {

  private enum State {
    BEFORE,
    ON_RECORD,
    AT_END,
    CLOSED
  }

  private final Slice bound;
  private final ReadOptions options;
  private final RocksIterator iterator;
  private final byte[] from;
  private final AtomicInteger openCursors;
  private State state = State.BEFORE;

  RocksCursor(
      RocksDB database,
      ColumnFamilyHandle family,
      ReadOptions options,
      byte[] from,
      byte[] to,
      AtomicInteger openCursors) {
    this.from = from;
    this.openCursors = openCursors;
    this.bound = new Slice(to);
    this.options = options.setIterateUpperBound(bound);
    this.iterator = database.newIterator(family, options);
    openCursors.incrementAndGet();
  }

  @Override
  public boolean next() throws IOException {
    switch (state) {
      case BEFORE -> iterator.seek(from);
      case ON_RECORD -> iterator.next();
      case AT_END -> {
        return false;
      }
      case CLOSED -> throw new IllegalStateException("the cursor is closed");
    }
    if (iterator.isValid()) {
      state = State.ON_RECORD;
      return true;
    }
    state = State.AT_END;
    try {
      iterator.status();
    } catch (RocksDBException e) {
      throw RocksErrors.translate("while scanning", e);
    }
    return false;
  }

  @Override
  public byte[] key() {
    requireRecord();
    return iterator.key();
  }

  @Override
  public byte[] value() {
    requireRecord();
    return iterator.value();
  }

  @Override
  public void close() {
    if (state == State.CLOSED) {
      return;
    }
    state = State.CLOSED;
    iterator.close();
    options.close();
    bound.close();
    openCursors.decrementAndGet();
  }

  private void requireRecord() {
    if (state != State.ON_RECORD) {
      throw new IllegalStateException("the cursor stands on no record");
    }
  }
}
