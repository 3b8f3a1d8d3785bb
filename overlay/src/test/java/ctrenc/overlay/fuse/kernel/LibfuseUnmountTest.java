package ctrenc.overlay.fuse.kernel;

class LibfuseUnmountTest extends UnmountTest {

  @Override
  Carrier carrier() {
    return Carrier.LIBFUSE;
  }
}
