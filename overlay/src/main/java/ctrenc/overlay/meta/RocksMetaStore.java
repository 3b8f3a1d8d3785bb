package ctrenc.overlay.meta;

import ctrenc.overlay.storage.FormatTooNewException;
import ctrenc.overlay.storage.SharedSync;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
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

  private final RocksDB database;
  private final RocksSettings settings;
  private final List<ColumnFamilyHandle> handles;
  private final ColumnFamilyHandle[] families;
  private final int[] familyIds;
  private final FlushHooks hooks;
  private final WriteOptions writeOptions = new WriteOptions();
  private final ReadOptions readOptions = new ReadOptions();
  private final SharedSync logSync = new SharedSync(this::syncLog);
  private final AtomicInteger openCursors = new AtomicInteger();
  private final AtomicLong lastCommit = new AtomicLong();
  private final AtomicLong lastDurable = new AtomicLong();
  private volatile boolean closed;

  private RocksMetaStore(
      RocksDB database,
      RocksSettings settings,
      List<ColumnFamilyHandle> handles,
      FlushHooks hooks) {
    this.database = database;
    this.settings = settings;
    this.handles = List.copyOf(handles);
    this.hooks = hooks;
    Table[] tables = Table.values();
    this.families = new ColumnFamilyHandle[tables.length];
    this.familyIds = new int[tables.length];
    for (Table table : tables) {
      // The default family comes first, the tables follow in their order.
      families[table.ordinal()] = handles.get(table.ordinal() + 1);
      familyIds[table.ordinal()] = families[table.ordinal()].getID();
    }
  }

  /**
   * Opens the store in {@code directory}, or makes one.
   *
   * @throws FormatTooNewException if it holds a table this release does not know
   */
  public static RocksMetaStore open(Path directory, RocksTuning tuning) throws IOException {
    RocksDB.loadLibrary();
    Files.createDirectories(directory);
    refuseUnknownTables(directory);
    syncLogs(directory);
    FlushHooks hooks = new FlushHooks();
    RocksSettings settings = new RocksSettings(tuning, hooks);
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    try {
      RocksDB database =
          RocksDB.open(settings.database(), directory.toString(), settings.families(), handles);
      return new RocksMetaStore(database, settings, handles, hooks);
    } catch (RocksDBException e) {
      settings.close();
      throw RocksErrors.translate("while opening", e);
    }
  }

  /**
   * A process that died may have left logs that the disk does not have yet, and RocksDB syncs only
   * the log it writes: what is synced there later would hang on a log that power loss can take.
   */
  private static void syncLogs(Path directory) throws IOException {
    try (DirectoryStream<Path> logs = Files.newDirectoryStream(directory, "*.log")) {
      for (Path log : logs) {
        try (FileChannel channel = FileChannel.open(log, StandardOpenOption.WRITE)) {
          channel.force(false);
        }
      }
    }
  }

  private static void refuseUnknownTables(Path directory) throws IOException {
    Set<String> known = new HashSet<>(Set.of(RocksSettings.DEFAULT_FAMILY));
    for (Table table : Table.values()) {
      known.add(table.familyName());
    }
    try (Options options = new Options()) {
      for (byte[] name : RocksDB.listColumnFamilies(options, directory.toString())) {
        String text = new String(name, StandardCharsets.UTF_8);
        if (!known.contains(text)) {
          throw new FormatTooNewException(
              "The metadata store holds the table \""
                  + text
                  + "\", which only a newer release knows.");
        }
      }
    } catch (RocksDBException e) {
      throw RocksErrors.translate("while listing its tables", e);
    }
  }

  @Override
  public Optional<byte[]> get(Table table, byte[] key) throws IOException {
    checkOpen();
    try {
      return Optional.ofNullable(database.get(families[table.ordinal()], readOptions, key));
    } catch (RocksDBException e) {
      throw RocksErrors.translate("while reading", e);
    }
  }

  @Override
  public MetaCursor scan(Table table, byte[] from, byte[] to) {
    checkOpen();
    return new RocksCursor(database, families[table.ordinal()], from, to, openCursors);
  }

  @Override
  public MetaBatch batch() {
    return new RocksBatch(familyIds);
  }

  @Override
  public void commit(MetaBatch batch) throws IOException {
    checkOpen();
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
    checkOpen();
    logSync.run();
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
  public synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    if (openCursors.get() != 0) {
      throw new IllegalStateException(
          openCursors.get() + " cursors of the metadata store are still open");
    }
    try {
      database.syncWal();
    } catch (RocksDBException e) {
      throw RocksErrors.translate("while closing", e);
    } finally {
      closeNatives();
    }
  }

  private void closeNatives() {
    handles.forEach(ColumnFamilyHandle::close);
    database.close();
    settings.close();
    writeOptions.close();
    readOptions.close();
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the metadata store is closed");
    }
  }
}
