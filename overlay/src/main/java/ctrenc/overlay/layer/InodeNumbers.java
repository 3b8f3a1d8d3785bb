package ctrenc.overlay.layer;

import ctrenc.overlay.meta.MetaBatch;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Gives inode numbers that were never given before, also not before a crash: a promise of numbers
 * is committed before the first record that carries one of them; after an opening, numbers go on
 * behind the promise. Thread-safe.
 *
 * <pre>
 * LAYER  layer | CEILING | 0 (8)  ->  version (1) | session (4) | first number that is not promised (8), sealed
 * </pre>
 */
final class InodeNumbers {

  static final int VERSION = 1;

  /** So many numbers are promised at once. */
  static final long STEP = 1 << 16;

  private final LayerTable table;
  private final byte[] key;
  private final AtomicLong next;
  private volatile long promised;

  private InodeNumbers(LayerTable table, byte[] key, long promised) {
    this.table = table;
    this.key = key;
    this.next = new AtomicLong(promised);
    this.promised = promised;
  }

  /** Goes on behind what was promised, or at {@code floor} in a layer that has no numbers yet. */
  static InodeNumbers open(LayerTable table, long floor) throws IOException {
    byte[] key = RecordKeys.ofLayer(table.layer(), RecordType.CEILING, 0);
    Optional<byte[]> stored = table.state(RecordType.CEILING, key, VERSION);
    long promised = floor;
    if (stored.isPresent()) {
      FieldReader in = new FieldReader(stored.get(), "inode ceiling of layer " + table.id());
      promised = in.getSize();
      in.end();
      if (promised < floor) {
        throw in.damaged("is below the numbers of the layers under it");
      }
    }
    return new InodeNumbers(table, key, promised);
  }

  /** Raises the floor before the first number is given. */
  synchronized void startAt(long floor) {
    if (next.get() != promised || promised > floor) {
      throw new IllegalStateException("layer " + table.id() + " has numbers already");
    }
    next.set(floor);
    promised = floor;
  }

  /**
   * Lets records have any number below {@code ceiling}, and gives none below it. Only for a layer
   * that has no records yet.
   */
  synchronized void endAt(long ceiling) throws IOException {
    store(ceiling);
    next.set(ceiling);
    promised = ceiling;
  }

  long allocate() {
    return next.getAndIncrement();
  }

  /** The first number that no record has. */
  long ceiling() {
    return promised;
  }

  /** To be called before a record of {@code inode} is committed. */
  void promise(long inode) throws IOException {
    if (inode >= promised) {
      promiseMore(inode);
    }
  }

  private synchronized void promiseMore(long inode) throws IOException {
    if (inode < promised) {
      return;
    }
    long more = Math.max(inode + 1, next.get()) + STEP;
    store(more);
    promised = more;
  }

  private void store(long ceiling) throws IOException {
    try (MetaBatch batch = table.meta().batch()) {
      byte[] value = new FieldWriter(Long.BYTES).putLong(ceiling).toBytes();
      RecordWriter writer = table.writer(batch);
      writer.putState(RecordType.CEILING, key, VERSION, value);
      table.commit(batch, writer);
    }
  }
}
