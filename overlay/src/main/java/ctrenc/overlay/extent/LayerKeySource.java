package ctrenc.overlay.extent;

import ctrenc.crypto.kdf.LayerKey;
import ctrenc.overlay.storage.KeyAbsentException;

/** Gives a layer's key while the layer is unlocked. Thread-safe. */
@FunctionalInterface
public interface LayerKeySource {
  LayerKey key() throws KeyAbsentException;
}
