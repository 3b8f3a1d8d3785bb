package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.CacheMode;

class ImageModePrivilegeTest extends PrivilegeTest {

  @Override
  CacheMode mode() {
    return CacheMode.IMAGE;
  }
}
