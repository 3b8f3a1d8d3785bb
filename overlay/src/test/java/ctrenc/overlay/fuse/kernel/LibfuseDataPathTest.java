package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.CacheMode;

/** Writes come at once, whatever the mode; so they are expected as in the one where they do. */
class LibfuseDataPathTest extends DataPathTest {

  @Override
  Carrier carrier() {
    return Carrier.LIBFUSE;
  }

  @Override
  CacheMode mode() {
    return CacheMode.IMAGE;
  }

  @Override
  int largest() {
    return 128 << 10;
  }
}
