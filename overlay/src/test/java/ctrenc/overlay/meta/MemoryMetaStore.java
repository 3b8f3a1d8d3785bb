package ctrenc.overlay.meta;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * A metadata store in memory that can fail a chosen call and lose power: then it keeps what was
 * synced and a prefix, of random length, of the batches committed since.
 */
public final class MemoryMetaStore implements MetaStore {

  private final Map<Table, NavigableMap<byte[], byte[]>> tables;
  private final Map<Table, NavigableMap<byte[], byte[]>> durable;
  private final List<MemoryBatch> sinceSync = new ArrayList<>();
  private final FlushHooks hooks = new FlushHooks();
  private OptionalInt callsUntilFailure = OptionalInt.empty();
  private long calls;
  private long lastCommit;
  private long lastDurable;
  private boolean closed;

  public MemoryMetaStore() {
    this(emptyTables());
  }

  private MemoryMetaStore(Map<Table, NavigableMap<byte[], byte[]>> tables) {
    this.tables = tables;
    this.durable = copy(tables);
  }

  /**
   * The {@code n}-th call from now on (1 is the next) of get, scan, commit or sync fails, and it
   * alone.
   */
  public synchronized void failCall(int n) {
    callsUntilFailure = OptionalInt.of(n);
  }

  /** What a machine finds after its power failed now; this store must not be used any more. */
  public synchronized MemoryMetaStore afterPowerLoss(RandomGenerator random) throws IOException {
    return afterPowerLoss(random, ReplayCheck.NONE);
  }

  /** The same, but goes back to before the first batch whose bytes are lost. */
  public synchronized MemoryMetaStore afterPowerLoss(RandomGenerator random, ReplayCheck check)
      throws IOException {
    List<MemoryBatch> kept = sinceSync.subList(0, random.nextInt(sinceSync.size() + 1));
    Set<ByteBuffer> lost = new HashSet<>();
    while (lost.addAll(check.lost(with(kept)))) {
      int whole = 0;
      while (whole < kept.size() && !kept.get(whole).placesAnyOf(lost)) {
        whole++;
      }
      kept = kept.subList(0, whole);
    }
    return with(kept);
  }

  private MemoryMetaStore with(List<MemoryBatch> kept) {
    Map<Table, NavigableMap<byte[], byte[]>> found = copy(durable);
    kept.forEach(batch -> batch.applyTo(found));
    return new MemoryMetaStore(found);
  }

  /** What the next process finds after this one died: everything committed. */
  public synchronized MemoryMetaStore afterProcessDeath() {
    return new MemoryMetaStore(copy(tables));
  }

  /** Makes all records durable by the store's own doing, as a full memory buffer does. */
  public void flush() throws IOException {
    long reached = lastCommit();
    hooks.run();
    synchronized (this) {
      makeDurable(reached);
    }
    hooks.check();
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
    return new MemorySnapshot(new MemoryMetaStore(copy(tables)));
  }

  @Override
  public MetaBatch batch() {
    return new MemoryBatch();
  }

  @Override
  public synchronized void commit(MetaBatch batch) throws IOException {
    MemoryBatch own = (MemoryBatch) batch;
    own.requireOpen();
    batch.close();
    count();
    hooks.check();
    own.applyTo(tables);
    sinceSync.add(own);
    lastCommit++;
  }

  @Override
  public synchronized void sync() throws IOException {
    count();
    makeDurable(lastCommit);
    hooks.check();
  }

  private void makeDurable(long reached) {
    int batches = Math.toIntExact(Math.max(0, reached - lastDurable));
    List<MemoryBatch> covered = sinceSync.subList(0, batches);
    covered.forEach(batch -> batch.applyTo(durable));
    covered.clear();
    lastDurable = Math.max(lastDurable, reached);
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

  /** Walks a copy, so that later commits are not seen. */
  private static final class MemoryCursor implements MetaCursor {

    private final Iterator<Map.Entry<byte[], byte[]>> rest;
    private Optional<Map.Entry<byte[], byte[]>> current = Optional.empty();

    MemoryCursor(NavigableMap<byte[], byte[]> records) {
      this.rest = records.entrySet().iterator();
    }

    @Override
    public boolean next() {
      current = rest.hasNext() ? Optional.of(rest.next()) : Optional.empty();
      return current.isPresent();
    }

    @Override
    public byte[] key() {
      return current.orElseThrow(IllegalStateException::new).getKey().clone();
    }

    @Override
    public byte[] value() {
      return current.orElseThrow(IllegalStateException::new).getValue().clone();
    }

    @Override
    public void close() {
      current = Optional.empty();
    }
  }
}
