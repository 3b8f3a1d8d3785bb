package ctrenc.overlay.subvolume;

import ctrenc.overlay.layer.PlainIdentity;
import ctrenc.overlay.meta.MetaStore;
import java.io.IOException;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The identities of images' layers, each taken once: an image does not change, and reading its
 * whole index for every increment would cost as much as the image has files. Thread-safe.
 */
final class PlainIdentities {

  private final MetaStore meta;
  private final Map<UUID, byte[]> taken = new ConcurrentHashMap<>();

  PlainIdentities(MetaStore meta) {
    this.meta = meta;
  }

  /** The identity of a layer of an image, 32 bytes. */
  byte[] of(LayerRecord layer) throws IOException {
    byte[] known = taken.get(layer.id());
    if (known == null) {
      known = PlainIdentity.of(meta, layer.number(), layer.id());
      taken.put(layer.id(), known);
    }
    return known.clone();
  }
}
