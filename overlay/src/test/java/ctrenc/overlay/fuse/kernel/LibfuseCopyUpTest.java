package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.CacheMode;

class LibfuseCopyUpTest extends CopyUpContract {

  @Override
  Carrier carrier() {
    return Carrier.LIBFUSE;
  }

  @Override
  CacheMode mode() {
    return CacheMode.IMAGE;
  }
}
