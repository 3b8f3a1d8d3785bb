package ctrenc.overlay.fuse.kernel;

class LibfuseFailureTest extends FailureTest {

  @Override
  Carrier carrier() {
    return Carrier.LIBFUSE;
  }
}
