package ctrenc.overlay.meta;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what is asked of the store behind it. Thread-safe. */
public final class CountedMetaStore implements MetaStore {

  private final MetaStore inner;
  private final AtomicLong gets = new AtomicLong();
  private final AtomicLong scans = new AtomicLong();
  private final AtomicLong scanned = new AtomicLong();
  private final AtomicLong commits = new AtomicLong();
  private final AtomicLong syncs = new AtomicLong();

  public CountedMetaStore(MetaStore inner) {
    this.inner = inner;
  }

  /**
   * How often something was done.
   *
   * @param scanned records that scans came to
   */
  public record Counts(long gets, long scans, long scanned, long commits, long syncs) {}

  /** Since the last call. */
  public Counts take() {
    return new Counts(
        gets.getAndSet(0),
        scans.getAndSet(0),
        scanned.getAndSet(0),
        commits.getAndSet(0),
        syncs.getAndSet(0));
  }

  @Override
  public Optional<byte[]> get(Table table, byte[] key) throws IOException {
    gets.incrementAndGet();
    return inner.get(table, key);
  }

  @Override
  public MetaCursor scan(Table table, byte[] from, byte[] to) throws IOException {
    scans.incrementAndGet();
    return new Counted(inner.scan(table, from, to));
  }

  @Override
  public MetaBatch batch() {
    return inner.batch();
  }

  @Override
  public void commit(MetaBatch batch) throws IOException {
    commits.incrementAndGet();
    inner.commit(batch);
  }

  @Override
  public void sync() throws IOException {
    syncs.incrementAndGet();
    inner.sync();
  }

  @Override
  public void prepareSyncs() throws IOException {
    inner.prepareSyncs();
  }

  @Override
  public long lastCommit() {
    return inner.lastCommit();
  }

  @Override
  public long lastDurable() {
    return inner.lastDurable();
  }

  @Override
  public void addFlushHook(FlushHook hook) {
    inner.addFlushHook(hook);
  }

  @Override
  public void removeFlushHook(FlushHook hook) {
    inner.removeFlushHook(hook);
  }

  @Override
  public MetaSnapshot snapshot() throws IOException {
    MetaSnapshot moment = inner.snapshot();
    return new MetaSnapshot() {
      @Override
      public Optional<byte[]> get(Table table, byte[] key) throws IOException {
        gets.incrementAndGet();
        return moment.get(table, key);
      }

      @Override
      public MetaCursor scan(Table table, byte[] from, byte[] to) throws IOException {
        scans.incrementAndGet();
        return new Counted(moment.scan(table, from, to));
      }

      @Override
      public void close() {
        moment.close();
      }
    };
  }

  @Override
  public void verify() throws IOException {
    inner.verify();
  }

  @Override
  public void close() throws IOException {
    inner.close();
  }

  private final class Counted implements MetaCursor {
    private final MetaCursor cursor;

    Counted(MetaCursor cursor) {
      this.cursor = cursor;
    }

    @Override
    public boolean next() throws IOException {
      scanned.incrementAndGet();
      return cursor.next();
    }

    @Override
    public byte[] key() {
      return cursor.key();
    }

    @Override
    public byte[] value() {
      return cursor.value();
    }

    @Override
    public void close() {
      cursor.close();
    }
  }
}
