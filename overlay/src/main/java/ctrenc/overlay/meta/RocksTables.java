package ctrenc.overlay.meta;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Snapshot;

/** Reads the tables of an open database, which it closes with all that belongs to it. */
final class RocksTables implements MetaReader, AutoCloseable {

  private final RocksDB database;
  private final RocksSettings settings;
  private final List<ColumnFamilyHandle> handles;
  private final ReadOptions readOptions = new ReadOptions();
  private final AtomicInteger openCursors = new AtomicInteger();
  private volatile boolean closed;

  /** {@code handles} begin with that of the default family, the tables' follow in their order. */
  RocksTables(RocksDB database, RocksSettings settings, List<ColumnFamilyHandle> handles) {
    this.database = database;
    this.settings = settings;
    this.handles = List.copyOf(handles);
  }

  /** The column families' ids by {@link Table#ordinal}. */
  int[] familyIds() {
    return handles.stream().skip(1).mapToInt(ColumnFamilyHandle::getID).toArray();
  }

  RocksDB database() {
    return database;
  }

  List<ColumnFamilyHandle> handles() {
    return handles;
  }

  @Override
  public Optional<byte[]> get(Table table, byte[] key) throws IOException {
    requireOpen();
    try {
      return Optional.ofNullable(database.get(handle(table), readOptions, key));
    } catch (RocksDBException e) {
      throw RocksErrors.translate("while reading", e);
    }
  }

  @Override
  public MetaCursor scan(Table table, byte[] from, byte[] to) {
    requireOpen();
    return new RocksCursor(database, handle(table), new ReadOptions(), from, to, openCursors);
  }

  synchronized MetaSnapshot snapshot() {
    requireOpen();
    return new RocksSnapshot(this, database.getSnapshot());
  }

  Optional<byte[]> get(Table table, byte[] key, Snapshot at) throws IOException {
    requireOpen();
    try (ReadOptions options = new ReadOptions().setSnapshot(at)) {
      return Optional.ofNullable(database.get(handle(table), options, key));
    } catch (RocksDBException e) {
      throw RocksErrors.translate("while reading", e);
    }
  }

  MetaCursor scan(Table table, byte[] from, byte[] to, Snapshot at) {
    requireOpen();
    ReadOptions options = new ReadOptions().setSnapshot(at);
    return new RocksCursor(database, handle(table), options, from, to, openCursors);
  }

  /** A database that is closed has let go of its snapshots itself. */
  synchronized void release(Snapshot at) {
    if (!closed) {
      database.releaseSnapshot(at);
    }
  }

  void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the metadata store is closed");
    }
  }

  boolean isClosed() {
    return closed;
  }

  /** Refuses further use; cursors must be closed by now. */
  synchronized void refuseUse() {
    closed = true;
    if (openCursors.get() != 0) {
      throw new IllegalStateException(
          openCursors.get() + " cursors of the metadata store are still open");
    }
  }

  @Override
  public void close() {
    closed = true;
    handles.forEach(ColumnFamilyHandle::close);
    database.close();
    settings.close();
    readOptions.close();
  }

  ColumnFamilyHandle handle(Table table) {
    return handles.get(table.ordinal() + 1);
  }
}
