package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.CacheMode;

@NeedsRing
class RingWritebackModeCopyUpTest extends CopyUpContract {

  @Override
  Carrier carrier() {
    return Carrier.RING;
  }

  @Override
  CacheMode mode() {
    return CacheMode.WRITEBACK;
  }
}
