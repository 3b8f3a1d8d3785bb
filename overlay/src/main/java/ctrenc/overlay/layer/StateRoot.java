package ctrenc.overlay.layer;

import ctrenc.crypto.MalformedException;
import ctrenc.crypto.kdf.LayerKey;
import ctrenc.crypto.record.StateHash;
import ctrenc.crypto.secret.SecretClosedException;
import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.MetaReader;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.storage.DamagedException;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The hash over all records of a sealed layer, stored anew with every batch that changes one: after
 * any crash the layer holds a prefix of its batches, and the hash of just that prefix. So it never
 * accuses a store that lost power, and a record that was valid once and is put back does not fit.
 * Thread-safe; its guard is held for a commit, which waits for no disk.
 *
 * <pre>
 * LAYER  layer | STATE | 0 (8)  ->  version (1) | session (4) | batches so far (8) | sum (32) | records (8), sealed
 * </pre>
 *
 * <p>A layer of a release that kept none is summed up before its first batch, as it is found. Where
 * a record says that there was a root ({@link RecordSessions#FIRST_WITH_STATE}), a missing one is
 * damage.
 */
final class StateRoot implements AutoCloseable {

  static final int VERSION = 1;

  private static final byte[] NOTHING = {};

  /**
   * A root as it is stored.
   *
   * @param batches how many batches made it: it grows with each
   * @param sum as {@link StateHash#sum}
   */
  record Stored(long batches, byte[] sum) {}

  private final MetaStore meta;
  private final RecordForm form;
  private final RecordReader reader;
  private final StateHash hash;
  private final long layer;
  private final byte[] recordKey;
  private final RecentElements recent = new RecentElements();
  private final Object guard = new Object();

  /** Batches of the hash; null where the store is to be asked. */
  private @Nullable Long batches;

  StateRoot(LayerPlace place, LayerKey key, RecordForm form) {
    this.meta = place.meta();
    this.form = form;
    this.reader = new RecordReader(key.layer(), form, place.audit());
    this.hash = StateHash.empty(key);
    this.layer = place.number();
    this.recordKey = RecordShape.stateKey(layer);
  }

  StateHash hash() {
    return hash;
  }

  StateEdit edit() {
    return new StateEdit(meta, hash, recent);
  }

  /** That the stored root is one of this layer's: whether it fits, a {@link StateScrub} tells. */
  void check() throws IOException {
    read(meta);
  }

  /** Commits a batch with the root it leads to. */
  void commit(MetaBatch batch, StateEdit edit) throws IOException {
    synchronized (guard) {
      long next = load() + 1;
      byte[] plain =
          new FieldWriter(Long.BYTES + StateHash.SUM_LENGTH)
              .putLong(next)
              .putBytes(hash.sumAfter(edit.change()))
              .toBytes();
      batch.put(
          Table.LAYER, recordKey, form.write(RecordType.STATE, recordKey, VERSION, NOTHING, plain));
      // A commit that fails leaves it to the store what became of it.
      batches = null;
      edit.forget();
      meta.commit(batch);
      hash.apply(edit.change());
      batches = next;
    }
    edit.settle();
  }

  private long load() throws IOException {
    Long known = batches;
    if (known != null) {
      return known;
    }
    return hashing(
        () -> {
          Optional<Stored> stored = read(meta);
          hash.restore(stored.isPresent() ? stored.get().sum() : sumUp());
          long found = stored.map(Stored::batches).orElse(0L);
          batches = found;
          return found;
        });
  }

  /** What is done with the hash and a sum that was stored. */
  private interface Hashing<T> {
    T run() throws IOException, MalformedException;
  }

  private static <T> T hashing(Hashing<T> work) throws IOException {
    try {
      return work.run();
    } catch (MalformedException e) {
      throw new IllegalStateException("a sum of another length than sums have", e);
    } catch (SecretClosedException e) {
      throw StateEdit.absent(e);
    }
  }

  private byte[] sumUp() throws IOException {
    StateScan scan = new StateScan(layer);
    scan.step(meta, hash, Long.MAX_VALUE);
    if (scan.needsRoot()) {
      throw reader.reported(new DamagedException(StateScrub.GONE));
    }
    return scan.sum();
  }

  /** The root in a store. */
  Optional<Stored> read(MetaReader from) throws IOException {
    Optional<byte[]> value = from.get(Table.LAYER, recordKey);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    byte[] plain = reader.state(RecordType.STATE, recordKey, value.get(), VERSION);
    FieldReader in = new FieldReader(plain, "state root of layer number " + layer);
    Stored stored = new Stored(in.getSize(), in.getBytes(StateHash.SUM_LENGTH));
    in.end();
    return Optional.of(stored);
  }

  /** The public root of what is stored; zeros where there is none. */
  byte[] root() throws IOException {
    return hashing(
        () -> {
          Optional<Stored> stored = read(meta);
          return stored.isPresent()
              ? hash.rootOf(stored.get().sum())
              : new byte[StateHash.ROOT_LENGTH];
        });
  }

  /** A MAC over what is stored, how many batches made it, and {@code context}. */
  byte[] mac(byte[] context) throws IOException {
    return hashing(
        () -> {
          Stored stored = read(meta).orElse(new Stored(0, new byte[StateHash.SUM_LENGTH]));
          byte[] all =
              new FieldWriter(Long.BYTES + context.length)
                  .putLong(stored.batches())
                  .putBytes(context)
                  .toBytes();
          return hash.macOf(stored.sum(), all);
        });
  }

  @Override
  public void close() {
    hash.close();
    recent.clear();
  }
}
