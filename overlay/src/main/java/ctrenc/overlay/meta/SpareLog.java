package ctrenc.overlay.meta;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * Gives RocksDB a log to recycle before it has filled one by itself. As long as a log grows, each
 * of its syncs is a commit of the filesystem's journal; one that lies in blocks the file has
 * already costs a write and a flush of the disk. RocksDB recycles only what it filled since it was
 * opened, so a log is filled with bytes that mean nothing, and left behind.
 */
final class SpareLog {

  /** About what the records of one table fill before they are flushed and the log is left. */
  private static final int LENGTH = 16 << 20;

  /** A disk with less room than so many spare logs keeps it. */
  private static final int ROOM = 64;

  /** RocksDB may still be looking for files to recycle when a flush has returned. */
  private static final int MOST_FLUSHES = 8;

  private static final int PIECE = 64 << 10;

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
    if (Files.getFileStore(directory).getUsableSpace() < (long) ROOM * LENGTH) {
      return;
    }
    try (WriteOptions options = new WriteOptions();
        FlushOptions flush = new FlushOptions();
        WriteBatch filling = new WriteBatch()) {
      filling.putLogData(new byte[PIECE]);
      for (int filled = 0; filled < LENGTH; filled += PIECE) {
        tables.database().write(options, filling);
      }
      leaveLog(options, flush);
      for (int i = 1; i < MOST_FLUSHES && newestLog() < LENGTH; i++) {
        leaveLog(options, flush);
      }
    } catch (RocksDBException e) {
      throw RocksErrors.translate("while filling a log", e);
    }
  }

  /** A flush begins a new log if there is something to flush. */
  private void leaveLog(WriteOptions options, FlushOptions flush)
      throws IOException, RocksDBException {
    try (RocksBatch nothing = new RocksBatch(tables.familyIds())) {
      nothing.delete(Table.PLACE, NO_KEY);
      try (WriteBatch serialized = new WriteBatch(nothing.serialize())) {
        tables.database().write(options, serialized);
      }
    }
    tables.database().flush(flush, tables.handles());
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
