package ctrenc.overlay.extent;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The extents used last, by id. Thread-safe; divided so that threads seldom wait for each other.
 */
final class ExtentCache {

  private static final int SHARDS = 16;

  private final List<Shard> shards;

  ExtentCache(int capacity) {
    int each = Math.max(1, capacity / SHARDS);
    this.shards = IntStream.range(0, SHARDS).mapToObj(i -> new Shard(each)).toList();
  }

  @Nullable OpenExtent get(long id) {
    return shard(id).get(id);
  }

  void put(OpenExtent extent) {
    shard(extent.id()).put(extent);
  }

  void remove(long id) {
    shard(id).remove(id);
  }

  void clear() {
    shards.forEach(Shard::clear);
  }

  private Shard shard(long id) {
    return shards.get((int) (id & (SHARDS - 1)));
  }

  private static final class Shard {

    private final int capacity;
    private final Map<Long, OpenExtent> extents = new LinkedHashMap<>(16, 0.75f, true);

    Shard(int capacity) {
      this.capacity = capacity;
    }

    synchronized @Nullable OpenExtent get(long id) {
      return extents.get(id);
    }

    synchronized void put(OpenExtent extent) {
      OpenExtent before = extents.put(extent.id(), extent);
      if (before != null) {
        before.drop();
      }
      if (extents.size() > capacity) {
        Map.Entry<Long, OpenExtent> eldest = extents.entrySet().iterator().next();
        extents.remove(eldest.getKey());
        eldest.getValue().drop();
      }
    }

    synchronized void remove(long id) {
      OpenExtent before = extents.remove(id);
      if (before != null) {
        before.drop();
      }
    }

    synchronized void clear() {
      extents.values().forEach(OpenExtent::drop);
      extents.clear();
    }
  }
}
