package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.CacheMode;

@NeedsRing
class RingImageModeDataPathTest extends DataPathTest {

  @Override
  Carrier carrier() {
    return Carrier.RING;
  }

  @Override
  CacheMode mode() {
    return CacheMode.IMAGE;
  }

  @Override
  int largest() {
    return 256 << 10;
  }
}
