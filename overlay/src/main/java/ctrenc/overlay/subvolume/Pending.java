package ctrenc.overlay.subvolume;

import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.Table;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What one change of the catalog puts and removes among the records of one kind. Not thread-safe.
 */
final class Pending<K, V> {

  private final MetaBatch batch;
  private final Map<K, V> records;
  private final Function<K, byte[]> keys;
  private final Function<V, byte[]> values;
  private final Map<K, Optional<V>> changes = new HashMap<>();

  /** Writes into {@code batch} now, and into {@code records} with {@link #apply}. */
  Pending(
      MetaBatch batch, Map<K, V> records, Function<K, byte[]> keys, Function<V, byte[]> values) {
    this.batch = batch;
    this.records = records;
    this.keys = keys;
    this.values = values;
  }

  void put(K key, V value) {
    batch.put(Table.CATALOG, keys.apply(key), values.apply(value));
    changes.put(key, Optional.of(value));
  }

  void remove(K key) {
    batch.delete(Table.CATALOG, keys.apply(key));
    changes.put(key, Optional.empty());
  }

  /** The record as the change leaves it. */
  Optional<V> find(K key) {
    Optional<V> changed = changes.get(key);
    return changed != null ? changed : Optional.ofNullable(records.get(key));
  }

  void apply() {
    changes.forEach(
        (key, now) -> {
          if (now.isPresent()) {
            records.put(key, now.get());
          } else {
            records.remove(key);
          }
        });
  }
}
