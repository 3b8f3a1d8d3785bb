package ctrenc.overlay.layer;

import ctrenc.overlay.extent.ExtentReference;
import ctrenc.overlay.extent.ExtentStore;
import java.io.IOException;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The extents of a layer, and which of them were appended but have no place yet. Thread-safe. */
final class LayerExtents {

  private static final Logger LOG = LoggerFactory.getLogger(LayerExtents.class);

  private final ExtentStore store;
  private final UUID layer;
  private final Map<Long, ExtentReference> appended = new ConcurrentHashMap<>();

  LayerExtents(ExtentStore store, UUID layer) {
    this.store = store;
    this.layer = layer;
  }

  ExtentStore store() {
    return store;
  }

  ExtentReference append(byte[] plain, int offset, int length) throws IOException {
    ExtentReference reference = store.append(plain, offset, length);
    appended.put(reference.extent(), reference);
    return reference;
  }

  /** The whole of an extent that has no place yet. */
  @Nullable ExtentReference appended(long extent) {
    return appended.get(extent);
  }

  /** After the commit of a batch that counted references. */
  void settle(ReferenceCounts counts) {
    counts.placed().forEach(appended::remove);
    for (long extent : counts.released()) {
      reclaim(extent);
    }
  }

  /**
   * The batch is committed, so a failure here is none of its operation: the extent's blocks are
   * freed at the next open.
   */
  private void reclaim(long extent) {
    try {
      store.reclaim(extent);
    } catch (IOException e) {
      LOG.atWarn()
          .addKeyValue("layer", layer)
          .addKeyValue("extent", extent)
          .setCause(e)
          .log("A dead extent could not be freed");
    }
  }
}
