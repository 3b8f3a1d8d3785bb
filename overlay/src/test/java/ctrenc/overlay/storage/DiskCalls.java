package ctrenc.overlay.storage;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Counts the calls of a storage and of its files, by name. Thread-safe. */
public final class DiskCalls implements WatchedStorage.Watcher {

  private final Map<String, Long> calls = new ConcurrentHashMap<>();

  @Override
  public void before(String call, String name) {
    calls.merge(call, 1L, Long::sum);
  }

  /** How often one was called since {@link #forget}. */
  public long of(String call) {
    return calls.getOrDefault(call, 0L);
  }

  /** Begins to count anew. */
  public void forget() {
    calls.clear();
  }

  @Override
  public String toString() {
    return calls.toString();
  }
}
