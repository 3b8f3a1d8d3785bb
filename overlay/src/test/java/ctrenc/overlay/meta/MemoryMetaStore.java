package ctrenc.overlay.meta;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * A metadata store in memory that can fail a chosen call and lose power. As RocksDB it has a log,
 * which a sync makes durable, and tables, which a flush writes. Power loss leaves the tables, what
 * was synced of the log, and a prefix, of random length, of its rest; a {@link ReplayCheck} may
 * take of all that is in the log what it misses the bytes of.
 */
public final class MemoryMetaStore implements MetaStore {

  private final Map<Table, NavigableMap<byte[], byte[]>> tables;
  private final Map<Table, NavigableMap<byte[], byte[]>> flushed;

  /** Batches that were not flushed; the first one's commit is {@code beforeLog + 1}. */
  private final List<MemoryBatch> log;

  /** Below 0 where a log was found at the opening, which was synced then. */
  private long beforeLog;

  private final FlushHooks hooks = new FlushHooks();
  private OptionalInt callsUntilFailure = OptionalInt.empty();
  private Optional<Meanwhile> meanwhile = Optional.empty();
  private long calls;
  private long lastCommit;
  private long lastDurable = -1;
  private boolean closed;

  public MemoryMetaStore() {
    this(emptyTables(), List.of());
  }

  private MemoryMetaStore(Map<Table, NavigableMap<byte[], byte[]>> flushed, List<MemoryBatch> log) {
    this.flushed = flushed;
    this.log = new ArrayList<>(log);
    this.beforeLog = -log.size();
    this.tables = copy(flushed);
    log.forEach(batch -> batch.applyTo(tables));
  }

  /**
   * The {@code n}-th call from now on (1 is the next) of get, scan, commit or sync fails, and it
   * alone.
   */
  public synchronized void failCall(int n) {
    callsUntilFailure = OptionalInt.of(n);
  }

  /** What happens between two calls. */
  @FunctionalInterface
  public interface Meanwhile {
    void run() throws IOException;
  }

  /** Before the next commit something happens, once. */
  public synchronized void beforeNextCommit(Meanwhile what) {
    meanwhile = Optional.of(what);
  }

  /** What a machine finds after its power failed now; this store must not be used any more. */
  public synchronized MemoryMetaStore afterPowerLoss(RandomGenerator random) throws IOException {
    return afterPowerLoss(random, ReplayCheck.NONE);
  }

  /** The same, but goes back to before the first batch whose bytes are lost. */
  public synchronized MemoryMetaStore afterPowerLoss(RandomGenerator random, ReplayCheck check)
      throws IOException {
    int synced = Math.toIntExact(Math.max(0, lastDurable) - beforeLog);
    List<MemoryBatch> kept = log.subList(0, synced + random.nextInt(log.size() - synced + 1));
    Set<ByteBuffer> lost = new HashSet<>();
    while (lost.addAll(check.lost(with(kept)))) {
      int whole = 0;
      while (whole < kept.size() && !kept.get(whole).placesAnyOf(lost)) {
        whole++;
      }
      kept = kept.subList(0, whole);
    }
    MemoryMetaStore found = with(kept);
    found.makeFlushed(lost.isEmpty() ? found.beforeLog : 0);
    return found;
  }

  private MemoryMetaStore with(List<MemoryBatch> kept) {
    return new MemoryMetaStore(copy(flushed), kept);
  }

  /** What the next process finds after this one died: everything committed. */
  public synchronized MemoryMetaStore afterProcessDeath() {
    return with(log);
  }

  /** Makes all records durable by the store's own doing, as a full memory buffer does. */
  public void flush() throws IOException {
    long reached = lastCommit();
    hooks.run();
    makeFlushed(reached);
    hooks.check();
  }

  private synchronized void makeFlushed(long reached) {
    List<MemoryBatch> covered = log.subList(0, Math.toIntExact(Math.max(0, reached - beforeLog)));
    covered.forEach(batch -> batch.applyTo(flushed));
    covered.clear();
    beforeLog = Math.max(beforeLog, reached);
    lastDurable = Math.max(lastDurable, reached);
  }

  @Override
  public synchronized Optional<byte[]> get(Table table, byte[] key) throws IOException {
    count();
    return Optional.ofNullable(of(tables, table).get(key)).map(byte[]::clone);
  }

  @Override
  public synchronized MetaCursor scan(Table table, byte[] from, byte[] to) throws IOException {
    count();
    if (Arrays.compareUnsigned(from, to) >= 0) {
      return new MemoryCursor(new TreeMap<byte[], byte[]>(Arrays::compareUnsigned));
    }
    return new MemoryCursor(new TreeMap<>(of(tables, table).subMap(from, to)));
  }

  @Override
  public synchronized MetaSnapshot snapshot() throws IOException {
    count();
    return new MemorySnapshot(with(log));
  }

  @Override
  public MetaBatch batch() {
    return new MemoryBatch();
  }

  @Override
  public synchronized void commit(MetaBatch batch) throws IOException {
    Optional<Meanwhile> before = meanwhile;
    meanwhile = Optional.empty();
    if (before.isPresent()) {
      before.get().run();
    }
    MemoryBatch own = (MemoryBatch) batch;
    own.requireOpen();
    batch.close();
    count();
    hooks.check();
    own.applyTo(tables);
    log.add(own);
    lastCommit++;
  }

  @Override
  public synchronized void sync() throws IOException {
    count();
    lastDurable = lastCommit;
    hooks.check();
  }

  @Override
  public synchronized long lastCommit() {
    return lastCommit;
  }

  @Override
  public synchronized long lastDurable() {
    return lastDurable;
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
  public synchronized void close() {
    closed = true;
  }

  /** Calls of get, scan, commit and sync so far. */
  public synchronized long calls() {
    return calls;
  }

  private void count() throws IOException {
    calls++;
    if (closed) {
      throw new IllegalStateException("the metadata store is closed");
    }
    if (callsUntilFailure.isPresent()) {
      int left = callsUntilFailure.getAsInt() - 1;
      callsUntilFailure = left == 0 ? OptionalInt.empty() : OptionalInt.of(left);
      if (left == 0) {
        throw new IOException("the call that was to fail");
      }
    }
  }

  private static Map<Table, NavigableMap<byte[], byte[]>> emptyTables() {
    Map<Table, NavigableMap<byte[], byte[]>> tables = new EnumMap<>(Table.class);
    for (Table table : Table.values()) {
      tables.put(table, new TreeMap<>(Arrays::compareUnsigned));
    }
    return tables;
  }

  private static Map<Table, NavigableMap<byte[], byte[]>> copy(
      Map<Table, NavigableMap<byte[], byte[]>> tables) {
    Map<Table, NavigableMap<byte[], byte[]>> copy = emptyTables();
    tables.forEach((table, records) -> of(copy, table).putAll(records));
    return copy;
  }

  static NavigableMap<byte[], byte[]> of(
      Map<Table, NavigableMap<byte[], byte[]>> tables, Table table) {
    NavigableMap<byte[], byte[]> records = tables.get(table);
    if (records == null) {
      throw new IllegalStateException("no table " + table);
    }
    return records;
  }
}
