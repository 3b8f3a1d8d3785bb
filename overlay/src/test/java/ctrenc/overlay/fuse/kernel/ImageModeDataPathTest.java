package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.CacheMode;

class ImageModeDataPathTest extends DataPathTest {

  @Override
  CacheMode mode() {
    return CacheMode.IMAGE;
  }
}
