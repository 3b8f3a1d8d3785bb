package ctrenc.overlay.export;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;

/**
 * Keeps what was used last of things that never change, up to a weight of all together; the last
 * one stays, whatever it weighs. Thread-safe; its guard is held for a map operation, never over
 * I/O.
 */
final class RecentlyUsed<K, V> {

  private final Map<K, V> values = new LinkedHashMap<>(16, 0.75f, true);
  private final long most;
  private final ToIntFunction<V> weigher;
  private long weight;

  RecentlyUsed(long most, ToIntFunction<V> weigher) {
    this.most = most;
    this.weigher = weigher;
  }

  synchronized Optional<V> get(K key) {
    return Optional.ofNullable(values.get(key));
  }

  /** The value itself, or what another thread put before. */
  synchronized V put(K key, V value) {
    V before = values.putIfAbsent(key, value);
    if (before != null) {
      return before;
    }
    weight += weigher.applyAsInt(value);
    Iterator<V> eldest = values.values().iterator();
    while (weight > most && values.size() > 1) {
      weight -= weigher.applyAsInt(eldest.next());
      eldest.remove();
    }
    return value;
  }
}
