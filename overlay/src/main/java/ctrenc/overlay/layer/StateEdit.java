package ctrenc.overlay.layer;

import ctrenc.crypto.record.StateChange;
import ctrenc.crypto.record.StateHash;
import ctrenc.crypto.secret.SecretClosedException;
import ctrenc.overlay.meta.MetaReader;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.storage.KeyAbsentException;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What one batch does to its layer's {@link StateRoot}. It reads what the batch writes over without
 * any guard, because whoever changes a record is alone with it ({@link UpperLayer}). Not
 * thread-safe.
 */
final class StateEdit {

  private final MetaReader meta;
  private final StateHash hash;
  private final RecentElements recent;
  private final StateChange change = new StateChange();

  /** Of the inodes that the batch changes; empty for one that it removes. */
  private final Map<Long, Optional<byte[]>> inodes = new HashMap<>();

  StateEdit(MetaReader meta, StateHash hash, RecentElements recent) {
    this.meta = meta;
    this.hash = hash;
    this.recent = recent;
  }

  /** A record comes, once what was stored of it is removed. */
  void add(RecordType type, byte[] key, byte[] value) throws IOException {
    byte[] element = element(type, key, value);
    change.add(element);
    if (type == RecordType.INODE) {
      inodes.put(RecordShape.owner(key), Optional.of(element));
    }
  }

  /** What is stored of a record goes, if there is anything. */
  void remove(Table table, RecordType type, byte[] key) throws IOException {
    Optional<byte[]> known =
        type == RecordType.INODE ? recent.find(RecordShape.owner(key)) : Optional.empty();
    if (known.isEmpty()) {
      Optional<byte[]> stored = meta.get(table, key);
      if (stored.isPresent()) {
        known = Optional.of(element(type, key, stored.get()));
      }
    }
    known.ifPresent(change::remove);
    if (type == RecordType.INODE) {
      inodes.put(RecordShape.owner(key), Optional.empty());
    }
  }

  private byte[] element(RecordType type, byte[] key, byte[] value) throws KeyAbsentException {
    try {
      return StateElement.of(hash, type, key, value);
    } catch (SecretClosedException e) {
      throw absent(e);
    }
  }

  StateChange change() {
    return change;
  }

  /** The batch may be stored or not. */
  void forget() {
    inodes.keySet().forEach(recent::forget);
  }

  /** The batch is stored. */
  void settle() {
    inodes.forEach((inode, element) -> element.ifPresent(bytes -> recent.put(inode, bytes)));
  }

  static KeyAbsentException absent(SecretClosedException cause) {
    return new KeyAbsentException("The layer is closed; unlock its subvolume.", cause);
  }
}
