package ctrenc.overlay.meta;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.rocksdb.AbstractEventListener;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.DataBlockIndexType;
import org.rocksdb.FlushJobInfo;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.RocksDB;
import org.rocksdb.UInt64AddOperator;
import org.rocksdb.WALRecoveryMode;

/**
 * RocksDB's options as native objects, which live as long as the database. Tuned for small records
 * written at random and read by whole key, most often in vain: an overlay asks its upper layer
 * first for every name.
 */
final class RocksSettings implements AutoCloseable {

  /** The family RocksDB insists on; it stays empty. */
  static final String DEFAULT_FAMILY = "default";

  private static final int FILTER_BITS_PER_KEY = 10;
  private static final double MEMORY_FILTER_SHARE = 0.05;
  private static final int BLOCK_LENGTH = 4096;
  private static final long LOG_FILE_LENGTH = 1 << 20;
  private static final int LOG_FILES_KEPT = 2;
  private static final int OPEN_TABLE_FILES = 256;

  private final List<AutoCloseable> natives = new ArrayList<>();
  private final RocksTuning tuning;
  private final Cache cache;
  private final BloomFilter filter;
  private final DBOptions database;

  RocksSettings(RocksTuning tuning, FlushHooks hooks) {
    this.tuning = tuning;
    this.cache = own(new LRUCache(tuning.blockCache()));
    this.filter = own(new BloomFilter(FILTER_BITS_PER_KEY, false));
    AbstractEventListener listener = own(new FlushListener(hooks));
    this.database = own(new DBOptions()).setListeners(List.of(listener));
    setDurability();
    setHousekeeping();
  }

  DBOptions database() {
    return database;
  }

  List<ColumnFamilyDescriptor> families() {
    List<ColumnFamilyDescriptor> families = new ArrayList<>();
    families.add(family(DEFAULT_FAMILY, own(new ColumnFamilyOptions())));
    for (Table table : Table.values()) {
      ColumnFamilyOptions options = tableOptions(table);
      if (table == Table.SHARE) {
        options.setMergeOperator(own(new UInt64AddOperator()));
      }
      families.add(family(table.familyName(), options));
    }
    return families;
  }

  /**
   * Ends the replay of the log before the first batch that puts one of these places. What was
   * replayed is flushed, so that the rest of the log is never met again.
   */
  void stopReplayAt(Set<ByteBuffer> lostPlaces) {
    database.setWalFilter(own(new ReplayFilter(lostPlaces))).setAvoidFlushDuringRecovery(false);
  }

  @Override
  public void close() {
    for (AutoCloseable object : natives.reversed()) {
      try {
        object.close();
      } catch (Exception e) {
        throw new IllegalStateException("a RocksDB object refused to close", e);
      }
    }
  }

  /**
   * After power loss the log is replayed up to its first torn record. Logs are recycled: writing
   * over blocks a file already has spares the filesystem's own commit at every sync. Each flush
   * begins a new log, so all tables are flushed at once: a log that is left early is short, and
   * grows when it is recycled.
   */
  private void setDurability() {
    database
        .setCreateIfMissing(true)
        .setCreateMissingColumnFamilies(true)
        .setWalRecoveryMode(WALRecoveryMode.PointInTimeRecovery)
        .setRecycleLogFileNum(4)
        .setMaxTotalWalSize(tuning.logTotal())
        .setAtomicFlush(true)
        .setAvoidFlushDuringRecovery(true)
        .setAvoidFlushDuringShutdown(true);
  }

  private void setHousekeeping() {
    database
        .setDbWriteBufferSize(tuning.writeBuffersTotal())
        .setMaxBackgroundJobs(tuning.backgroundThreads())
        .setMaxOpenFiles(OPEN_TABLE_FILES)
        // Else every table starts sixteen threads to open its files, which are few.
        .setMaxFileOpeningThreads(1)
        .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
        .setMaxLogFileSize(LOG_FILE_LENGTH)
        .setKeepLogFileNum(LOG_FILES_KEPT)
        .setStatsDumpPeriodSec(0)
        .setStatsPersistPeriodSec(0);
  }

  private ColumnFamilyOptions tableOptions(Table table) {
    BlockBasedTableConfig blocks =
        new BlockBasedTableConfig()
            .setBlockCache(cache)
            .setBlockSize(BLOCK_LENGTH)
            .setFilterPolicy(filter)
            .setDataBlockIndexType(DataBlockIndexType.kDataBlockBinaryAndHash)
            .setCacheIndexAndFilterBlocks(true)
            .setPinL0FilterAndIndexBlocksInCache(true);
    return own(new ColumnFamilyOptions())
        .setTableFormatConfig(blocks)
        .setWriteBufferSize(tuning.writeBuffer(table))
        .setLevelCompactionDynamicLevelBytes(true)
        // What is sealed does not compress.
        .setCompressionType(CompressionType.NO_COMPRESSION)
        .setMemtablePrefixBloomSizeRatio(MEMORY_FILTER_SHARE)
        .setMemtableWholeKeyFiltering(true);
  }

  private static ColumnFamilyDescriptor family(String name, ColumnFamilyOptions options) {
    return new ColumnFamilyDescriptor(name.getBytes(StandardCharsets.US_ASCII), options);
  }

  private <T extends AutoCloseable> T own(T object) {
    natives.add(object);
    return object;
  }

  /** Tells the hooks of each flush before its first byte is written. */
  private static final class FlushListener extends AbstractEventListener {

    private final FlushHooks hooks;

    FlushListener(FlushHooks hooks) {
      super(EnabledEventCallback.ON_FLUSH_BEGIN);
      this.hooks = hooks;
    }

    @Override
    public void onFlushBegin(RocksDB database, FlushJobInfo flush) {
      hooks.run();
    }
  }
}
