package ctrenc.overlay.meta;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.rocksdb.FlushOptions;
import org.rocksdb.MutableDBOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * Gives RocksDB a log to recycle before it has filled one by itself. As long as a log grows, each
 * of its syncs is a commit of the filesystem's journal; one that lies in blocks the file has
 * already costs a write and a flush of the disk. RocksDB recycles only what it filled since it was
 * opened, so logs are filled with bytes that mean nothing, and left behind: as many as are in use
 * by the time when one is free again.
 */
final class SpareLog {

  private static final int COUNT = 4;

  /** About what is written before the journal is flushed and the log is left. */
  private static final int LENGTH = 10 << 20;

  /** A disk with less room than so many times the spare logs keeps it. */
  private static final int ROOM = 16;

  /** RocksDB may still be looking for files to recycle when a flush has returned. */
  private static final int MOST_FLUSHES = 8;

  private static final int PIECE = 64 << 10;

  private static final Table HOLDING = Table.PLACE;

  private static final Table LEAVING = Table.JOURNAL;

  /** Begins with the number of no layer, so it has never been put. */
  private static final byte[] NO_KEY = new byte[Long.BYTES];

  private final Path directory;
  private final RocksTables tables;

  SpareLog(Path directory, RocksTables tables) {
    this.directory = directory;
    this.tables = tables;
  }

  /** Changes no record. Whoever writes meanwhile is not in its way. */
  void fill() throws IOException {
    if (Files.getFileStore(directory).getUsableSpace() < (long) ROOM * COUNT * LENGTH) {
      return;
    }
    try (WriteOptions options = new WriteOptions();
        FlushOptions flush = new FlushOptions()) {
      long most = tables.database().getDBOptions().maxTotalWalSize();
      allowLogs(most + 2L * COUNT * LENGTH);
      // Its record is in the first log, so none of those that are filled is free before the last.
      deleteNothing(HOLDING, options);
      for (int i = 1; i < COUNT; i++) {
        fillLog(options);
        leaveLog(options, flush);
      }
      tables.database().flush(flush, tables.handles());
      allowLogs(most);
      fillLog(options);
      leaveLog(options, flush);
      for (int i = 1; i < MOST_FLUSHES && newestLog() < LENGTH; i++) {
        leaveLog(options, flush);
      }
    } catch (RocksDBException e) {
      throw RocksErrors.translate("while filling a log", e);
    }
  }

  private void allowLogs(long bytes) throws RocksDBException {
    tables.database().setDBOptions(MutableDBOptions.builder().setMaxTotalWalSize(bytes).build());
  }

  private void fillLog(WriteOptions options) throws RocksDBException {
    try (WriteBatch filling = new WriteBatch()) {
      filling.putLogData(new byte[PIECE]);
      for (int filled = 0; filled < LENGTH; filled += PIECE) {
        tables.database().write(options, filling);
      }
    }
  }

  /** A flush begins a new log if there is something to flush. */
  private void leaveLog(WriteOptions options, FlushOptions flush)
      throws IOException, RocksDBException {
    deleteNothing(LEAVING, options);
    tables.database().flush(flush, tables.handle(LEAVING));
  }

  private void deleteNothing(Table table, WriteOptions options)
      throws IOException, RocksDBException {
    try (RocksBatch nothing = new RocksBatch(tables.familyIds())) {
      nothing.delete(table, NO_KEY);
      try (WriteBatch serialized = new WriteBatch(nothing.serialize())) {
        tables.database().write(options, serialized);
      }
    }
  }

  /** The length of the log that is written; their names are numbers of one width. */
  private long newestLog() throws IOException {
    Path newest = directory;
    try (DirectoryStream<Path> logs = Files.newDirectoryStream(directory, "*.log")) {
      for (Path log : logs) {
        newest = newest.equals(directory) || log.compareTo(newest) > 0 ? log : newest;
      }
    }
    return newest.equals(directory) ? 0 : Files.size(newest);
  }
}
