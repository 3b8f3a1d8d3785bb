package ctrenc.overlay.meta;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import ctrenc.overlay.storage.FormatTooNewException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * Opens RocksDB's directory in the steps that durability asks for. A file {@code in-use} beside
 * RocksDB's own lies there while the store is open, and holds the boot id of the kernel: if it is
 * found at the next opening, and the machine was started since, power may have been lost.
 */
final class RocksOpening {

  private static final String IN_USE = "in-use";
  private static final String CURRENT = "CURRENT";
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  private final Path directory;
  private final RocksTuning tuning;
  private final FlushHooks hooks;

  RocksOpening(Path directory, RocksTuning tuning, FlushHooks hooks) {
    this.directory = directory;
    this.tuning = tuning;
    this.hooks = hooks;
  }

  RocksTables open(ReplayCheck check) throws IOException {
    Files.createDirectories(directory);
    refuseUnknownTables();
    syncLogs();
    Set<ByteBuffer> lost = mayHaveLostPower() ? lost(check) : Set.of();
    markInUse();
    RocksSettings settings = new RocksSettings(tuning, hooks);
    if (!lost.isEmpty()) {
      settings.stopReplayAt(lost);
    }
    return open(settings, false);
  }

  /** Says that the store was closed in order. */
  void markClosed() throws IOException {
    Files.deleteIfExists(directory.resolve(IN_USE));
  }

  /** Asks again whenever more is left out: what is left may refer to what was dead after it. */
  private Set<ByteBuffer> lost(ReplayCheck check) throws IOException {
    Set<ByteBuffer> lost = new HashSet<>();
    boolean isMoreLost = true;
    while (isMoreLost) {
      isMoreLost = lost.addAll(lostBefore(lost, check));
    }
    return lost;
  }

  private Set<ByteBuffer> lostBefore(Set<ByteBuffer> lost, ReplayCheck check) throws IOException {
    RocksSettings settings = new RocksSettings(tuning, new FlushHooks());
    if (!lost.isEmpty()) {
      settings.stopReplayAt(lost);
    }
    try (RocksTables left = open(settings, true)) {
      return check.lost(left);
    }
  }

  private RocksTables open(RocksSettings settings, boolean isReadOnly) throws IOException {
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    String path = directory.toString();
    try {
      RocksDB database =
          isReadOnly
              ? RocksDB.openReadOnly(settings.database(), path, settings.families(), handles)
              : RocksDB.open(settings.database(), path, settings.families(), handles);
      return new RocksTables(database, settings, handles);
    } catch (RocksDBException e) {
      settings.close();
      throw RocksErrors.translate("while opening", e);
    }
  }

  private boolean mayHaveLostPower() throws IOException {
    Path file = directory.resolve(IN_USE);
    return Files.exists(directory.resolve(CURRENT))
        && Files.exists(file)
        && !Files.readString(file, US_ASCII).equals(bootId());
  }

  private void markInUse() throws IOException {
    Path file = directory.resolve(IN_USE);
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(bootId().getBytes(US_ASCII)));
      channel.force(true);
    }
    try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
      names.force(true);
    }
  }

  private static String bootId() throws IOException {
    return Files.readString(BOOT_ID, US_ASCII).strip();
  }

  /**
   * A process that died may have left logs that the disk does not have yet, and RocksDB syncs only
   * the log it writes: what is synced there later would hang on a log that power loss can take.
   */
  private void syncLogs() throws IOException {
    try (DirectoryStream<Path> logs = Files.newDirectoryStream(directory, "*.log")) {
      for (Path log : logs) {
        try (FileChannel channel = FileChannel.open(log, StandardOpenOption.WRITE)) {
          channel.force(false);
        }
      }
    }
  }

  private void refuseUnknownTables() throws IOException {
    Set<String> known = new HashSet<>(Set.of(RocksSettings.DEFAULT_FAMILY));
    for (Table table : Table.values()) {
      known.add(table.familyName());
    }
    try (Options options = new Options()) {
      for (byte[] name : RocksDB.listColumnFamilies(options, directory.toString())) {
        String text = new String(name, UTF_8);
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
}
