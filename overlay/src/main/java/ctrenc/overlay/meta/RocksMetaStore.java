package ctrenc.overlay.meta;

import ctrenc.overlay.storage.SharedSync;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * The metadata store in RocksDB, one column family for each {@link Table}. A commit is a write to
 * the log without sync, which is why it survives the process but not power loss. Whoever closes the
 * store ends all use of it first; what comes later is refused.
 */
public final class RocksMetaStore implements MetaStore {

  private final Path directory;
  private final RocksOpening opening;
  private final FlushHooks hooks;
  private final RocksTables tables;
  private final RocksDB database;
  private final int[] familyIds;
  private final WriteOptions writeOptions = new WriteOptions();
  private final SharedSync logSync = SharedSync.ofEngine(this::syncLog);
  private final AtomicLong lastCommit = new AtomicLong();

  /** Before the first sync nothing is known of what an earlier process committed. */
  private final AtomicLong lastDurable = new AtomicLong(-1);

  private RocksMetaStore(
      Path directory, RocksOpening opening, FlushHooks hooks, RocksTables tables) {
    this.directory = directory;
    this.opening = opening;
    this.hooks = hooks;
    this.tables = tables;
    this.database = tables.database();
    this.familyIds = tables.familyIds();
  }

  /** Loads RocksDB's library, which the first opening would do else. */
  public static void load() {
    RocksDB.loadLibrary();
  }

  /**
   * Opens the store in {@code directory}, or makes one.
   *
   * @param check asked where power may have been lost since the store was last open
   * @throws ctrenc.overlay.storage.FormatTooNewException if it holds a table this release does not
   *     know
   * @throws ctrenc.overlay.storage.StoreBusyException if another process has it open
   */
  public static RocksMetaStore open(Path directory, RocksTuning tuning, ReplayCheck check)
      throws IOException {
    RocksDB.loadLibrary();
    FlushHooks hooks = new FlushHooks();
    RocksOpening opening = new RocksOpening(directory, tuning, hooks);
    return new RocksMetaStore(directory, opening, hooks, opening.open(check));
  }

  @Override
  public Optional<byte[]> get(Table table, byte[] key) throws IOException {
    return tables.get(table, key);
  }

  @Override
  public MetaCursor scan(Table table, byte[] from, byte[] to) {
    return tables.scan(table, from, to);
  }

  @Override
  public MetaSnapshot snapshot() {
    return tables.snapshot();
  }

  @Override
  public MetaBatch batch() {
    return new RocksBatch(familyIds);
  }

  @Override
  public void commit(MetaBatch batch) throws IOException {
    tables.requireOpen();
    if (!(batch instanceof RocksBatch own)) {
      throw new IllegalArgumentException("the batch is of another store");
    }
    hooks.check();
    try (WriteBatch serialized = new WriteBatch(own.serialize())) {
      database.write(writeOptions, serialized);
    } catch (RocksDBException e) {
      throw RocksErrors.translate("while writing", e);
    }
    lastCommit.incrementAndGet();
  }

  @Override
  public void sync() throws IOException {
    tables.requireOpen();
    if (lastDurable.get() < lastCommit.get()) {
      logSync.run();
    }
    hooks.check();
  }

  private void syncLog() throws IOException {
    long reached = lastCommit.get();
    try {
      database.syncWal();
    } catch (RocksDBException e) {
      throw RocksErrors.translate("while making its log durable", e);
    }
    lastDurable.accumulateAndGet(reached, Math::max);
  }

  @Override
  public synchronized void prepareSyncs() throws IOException {
    if (!tables.isClosed()) {
      new SpareLog(directory, tables).fill();
    }
  }

  @Override
  public long lastCommit() {
    return lastCommit.get();
  }

  @Override
  public long lastDurable() {
    return lastDurable.get();
  }

  @Override
  public void addFlushHook(FlushHook hook) {
    hooks.add(hook);
  }

  @Override
  public void removeFlushHook(FlushHook hook) {
    hooks.remove(hook);
  }

  @Override
  public void verify() throws IOException {
    tables.requireOpen();
    try {
      database.verifyChecksum();
    } catch (RocksDBException e) {
      throw RocksErrors.translate("while being verified", e);
    }
  }

  @Override
  public synchronized void close() throws IOException {
    if (tables.isClosed()) {
      return;
    }
    tables.refuseUse();
    try (FlushOptions flush = new FlushOptions()) {
      database.syncWal();
      // The next start then has no log to replay.
      database.flush(flush, tables.handles());
      opening.markClosed();
    } catch (RocksDBException e) {
      throw RocksErrors.translate("while closing", e);
    } finally {
      tables.close();
      writeOptions.close();
    }
  }
}
