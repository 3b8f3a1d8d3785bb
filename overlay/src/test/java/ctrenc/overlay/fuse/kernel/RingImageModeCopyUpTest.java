package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.CacheMode;

@NeedsRing
class RingImageModeCopyUpTest extends CopyUpContract {

  @Override
  Carrier carrier() {
    return Carrier.RING;
  }

  @Override
  CacheMode mode() {
    return CacheMode.IMAGE;
  }
}
