package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.CacheMode;

class ImageModeFileOperationsTest extends FileOperationsTest {

  @Override
  CacheMode mode() {
    return CacheMode.IMAGE;
  }
}
