package ctrenc.overlay.meta;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.rocksdb.Snapshot;

/** A snapshot of RocksDB's. */
final class RocksSnapshot implements MetaSnapshot {

  private final RocksTables tables;
  private final Snapshot at;
  private final AtomicBoolean closed = new AtomicBoolean();

  RocksSnapshot(RocksTables tables, Snapshot at) {
    this.tables = tables;
    this.at = at;
  }

  @Override
  public Optional<byte[]> get(Table table, byte[] key) throws IOException {
    return tables.get(table, key, at);
  }

  @Override
  public MetaCursor scan(Table table, byte[] from, byte[] to) {
    return tables.scan(table, from, to, at);
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      tables.release(at);
    }
  }
}
