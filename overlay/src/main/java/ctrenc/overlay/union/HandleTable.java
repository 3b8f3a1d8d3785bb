package ctrenc.overlay.union;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Open handles by number. Numbers that it gives are not used twice. Thread-safe. */
final class HandleTable<H> {

  private final AtomicLong last = new AtomicLong();
  private final ConcurrentMap<Long, H> handles = new ConcurrentHashMap<>();

  /** Takes a handle whose number somebody else gave. */
  void put(long number, H handle) {
    handles.put(number, handle);
  }

  long add(H handle) {
    long number = last.incrementAndGet();
    handles.put(number, handle);
    return number;
  }

  @Nullable H get(long number) {
    return handles.get(number);
  }

  @Nullable H remove(long number) {
    return handles.remove(number);
  }

  void clear() {
    handles.clear();
  }
}
