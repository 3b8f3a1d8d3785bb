package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.CacheMode;

class WritebackModeCopyUpTest extends CopyUpContract {

  @Override
  CacheMode mode() {
    return CacheMode.WRITEBACK;
  }
}
