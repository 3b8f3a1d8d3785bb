package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.CacheMode;

class ImageModeNameOperationsTest extends NameOperationsTest {

  @Override
  CacheMode mode() {
    return CacheMode.IMAGE;
  }
}
