package ctrenc.overlay.layer;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what was used last, up to a number of bytes. Thread-safe; its guards are held for a map
 * operation, never over I/O.
 *
 * <p>A reader that misses takes a {@link #ticket}, reads the store, and {@link #offer}s what it
 * found: the offer is dropped if something changed meanwhile, so that a slow reader never puts an
 * old value over a new one. A writer calls {@link #put} after its commit.
 */
final class BoundedCache<K, V> {

  private static final int SHARDS = 16;

  /** About what the maps and the key take of each entry, in bytes. */
  private static final int ENTRY_OVERHEAD = 120;

  private final Shard<K, V>[] shards;

  @SuppressWarnings({"unchecked", "rawtypes"})
  BoundedCache(long maxBytes, ToIntFunction<V> weigher) {
    shards = new Shard[SHARDS];
    for (int i = 0; i < SHARDS; i++) {
      shards[i] = new Shard<>(maxBytes / SHARDS, weigher);
    }
  }

  @Nullable V get(K key) {
    return shard(key).get(key);
  }

  /** To be taken before the store is read. */
  long ticket(K key) {
    return shard(key).ticket();
  }

  void offer(K key, V value, long ticket) {
    shard(key).put(key, value, ticket);
  }

  void put(K key, V value) {
    shard(key).put(key, value);
  }

  /** Forgets a key, also what readers under way would offer. */
  void remove(K key) {
    shard(key).remove(key);
  }

  void removeIf(Predicate<K> condition) {
    for (Shard<K, V> shard : shards) {
      shard.removeIf(condition);
    }
  }

  private Shard<K, V> shard(K key) {
    int hash = key.hashCode() * 0x9e3779b9;
    return shards[hash >>> (Integer.SIZE - Integer.numberOfTrailingZeros(SHARDS))];
  }

  private static final class Shard<K, V> {
    private final LinkedHashMap<K, V> values = new LinkedHashMap<>(64, 0.75f, true);
    private final ToIntFunction<V> weigher;
    private final long maxBytes;
    private long bytes;
    private long generation;

    Shard(long maxBytes, ToIntFunction<V> weigher) {
      this.maxBytes = maxBytes;
      this.weigher = weigher;
    }

    synchronized @Nullable V get(K key) {
      return values.get(key);
    }

    synchronized long ticket() {
      return generation;
    }

    synchronized void put(K key, V value, long ticket) {
      if (generation == ticket) {
        store(key, value);
      }
    }

    synchronized void put(K key, V value) {
      generation++;
      store(key, value);
    }

    synchronized void remove(K key) {
      generation++;
      V old = values.remove(key);
      bytes -= old == null ? 0 : weight(old);
    }

    synchronized void removeIf(Predicate<K> condition) {
      generation++;
      Iterator<Map.Entry<K, V>> all = values.entrySet().iterator();
      while (all.hasNext()) {
        Map.Entry<K, V> entry = all.next();
        if (condition.test(entry.getKey())) {
          bytes -= weight(entry.getValue());
          all.remove();
        }
      }
    }

    private void store(K key, V value) {
      V old = values.put(key, value);
      bytes += weight(value) - (old == null ? 0 : weight(old));
      Iterator<V> eldest = values.values().iterator();
      while (bytes > maxBytes && eldest.hasNext()) {
        bytes -= weight(eldest.next());
        eldest.remove();
      }
    }

    private int weight(V value) {
      return ENTRY_OVERHEAD + weigher.applyAsInt(value);
    }
  }
}
