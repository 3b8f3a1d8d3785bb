package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.CacheMode;

class ImageModeCopyUpTest extends CopyUpContract {

  @Override
  CacheMode mode() {
    return CacheMode.IMAGE;
  }
}
