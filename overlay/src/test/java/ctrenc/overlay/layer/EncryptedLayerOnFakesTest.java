package ctrenc.overlay.layer;

import ctrenc.overlay.meta.MemoryMetaStore;
import java.io.IOException;

/** An encrypted layer over everything in memory. */
class EncryptedLayerOnFakesTest extends UpperLayerContract {

  private final MemoryMetaStore meta = new MemoryMetaStore();
  private final MemoryExtentStore extents;

  EncryptedLayerOnFakesTest() throws IOException {
    extents = new MemoryExtentStore(meta, 3);
  }

  @Override
  UpperLayer open() throws IOException {
    return TestLayers.encrypted(meta, extents, 3, FLOOR);
  }
}
