package ctrenc.overlay.layer;

import ctrenc.crypto.kdf.LayerKey;
import ctrenc.crypto.record.RecordSession;
import ctrenc.crypto.secret.Entropy;
import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.KeyAbsentException;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The sessions under which a layer's records are sealed. A session begins with the first record
 * that is sealed after the layer was opened; former ones are resumed when a record of theirs is
 * read. Thread-safe.
 *
 * <pre>
 * LAYER  layer | SESSION | session number (8)  ->  version (1) | salt (32)
 * </pre>
 */
final class RecordSessions implements AutoCloseable {

  static final int VERSION = 1;

  /**
   * Sessions from this number on keep the layer's {@link StateRoot}. The number is bound in every
   * record, so that a root that somebody took away is missed.
   */
  static final int FIRST_WITH_STATE = 1 << 30;

  /** The session that seals now. */
  record Current(int number, RecordSession session) {}

  private final MetaStore meta;
  private final long layer;
  private final LayerKey key;
  private final Entropy entropy;
  private final int first;
  private final Map<Integer, RecordSession> open = new ConcurrentHashMap<>();
  private volatile @Nullable Current current;
  private boolean closed;

  RecordSessions(MetaStore meta, long layer, LayerKey key, Entropy entropy) {
    this(meta, layer, key, entropy, FIRST_WITH_STATE);
  }

  /**
   * @param first the number of a layer's first session: 1 before there were state roots
   */
  RecordSessions(MetaStore meta, long layer, LayerKey key, Entropy entropy, int first) {
    this.first = first;
    this.meta = meta;
    this.layer = layer;
    this.key = key;
    this.entropy = new HedgedEntropy(entropy);
  }

  Current current() throws IOException {
    Current known = current;
    return known != null ? known : start();
  }

  RecordSession find(int number, String subject) throws IOException {
    RecordSession known = open.get(number);
    return known != null ? known : resume(number, subject);
  }

  /** The salt is committed before anything is sealed, and commits survive in order. */
  private synchronized Current start() throws IOException {
    Current known = current;
    if (known != null) {
      return known;
    }
    checkOpen();
    int number = Math.max(lastNumber() + 1, first);
    RecordSession session = RecordSession.start(key, entropy);
    try (MetaBatch batch = meta.batch()) {
      byte[] value =
          new FieldWriter(1 + RecordSession.SALT_LENGTH)
              .putByte(VERSION)
              .putBytes(session.salt())
              .toBytes();
      batch.put(Table.LAYER, sessionKey(number), value);
      meta.commit(batch);
    }
    open.put(number, session);
    Current started = new Current(number, session);
    current = started;
    return started;
  }

  private synchronized RecordSession resume(int number, String subject) throws IOException {
    RecordSession known = open.get(number);
    if (known != null) {
      return known;
    }
    checkOpen();
    Optional<byte[]> stored = meta.get(Table.LAYER, sessionKey(number));
    if (stored.isEmpty()) {
      throw new DamagedException("The " + subject + " names a session that does not exist.");
    }
    FieldReader in =
        new FieldReader(stored.get(), "record of session " + number + " of layer " + key.layer());
    in.version(VERSION);
    byte[] salt = in.getBytes(RecordSession.SALT_LENGTH);
    in.end();
    RecordSession resumed = RecordSession.resume(key, salt);
    open.put(number, resumed);
    return resumed;
  }

  private int lastNumber() throws IOException {
    long last = 0;
    try (MetaCursor cursor = meta.scan(Table.LAYER, sessionKey(1), sessionKey(Integer.MAX_VALUE))) {
      while (cursor.next()) {
        last = RecordKeys.numberOf(cursor.key());
      }
    }
    return Math.toIntExact(last);
  }

  private byte[] sessionKey(int number) {
    return RecordKeys.ofLayer(layer, RecordType.SESSION, number);
  }

  private void checkOpen() throws KeyAbsentException {
    if (closed) {
      throw new KeyAbsentException("Layer " + key.layer() + " is closed; unlock its subvolume.");
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    open.values().forEach(RecordSession::close);
  }
}
