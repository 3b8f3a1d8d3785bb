package ctrenc.overlay.layer;

import ctrenc.overlay.extent.ExtentReference;
import ctrenc.overlay.extent.ExtentStore;
import ctrenc.overlay.meta.MetaBatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How many references one batch adds to extents and takes from them, so that each extent is counted
 * once. Not thread-safe.
 *
 * <p>An extent that was appended and not yet placed has one reference from its placing: the first
 * one that is counted here.
 */
final class ReferenceCounts implements ExtentMapEdit.References {

  private final LayerExtents extents;
  private final Map<Long, Integer> changes = new HashMap<>();
  private final Map<Long, ExtentReference> placed = new HashMap<>();

  ReferenceCounts(LayerExtents extents) {
    this.extents = extents;
  }

  @Override
  public void count(ExtentReference reference, int more) {
    long extent = reference.extent();
    int change = more;
    if (!placed.containsKey(extent)) {
      ExtentReference fresh = extents.appended(extent);
      if (fresh != null) {
        placed.put(extent, fresh);
        change--;
      }
    }
    changes.merge(extent, change, Integer::sum);
  }

  void write(MetaBatch batch) {
    ExtentStore store = extents.store();
    placed.values().forEach(appended -> store.place(batch, appended));
    changes.forEach(
        (extent, change) -> {
          if (change > 0) {
            store.share(batch, extent, change);
          }
          for (int i = change; i < 0; i++) {
            store.release(batch, extent);
          }
        });
  }

  /** Extents that have their place with this batch. */
  Iterable<Long> placed() {
    return placed.keySet();
  }

  /** Extents that may have lost their last reference. */
  List<Long> released() {
    List<Long> released = new ArrayList<>();
    changes.forEach(
        (extent, change) -> {
          if (change < 0) {
            released.add(extent);
          }
        });
    return released;
  }
}
