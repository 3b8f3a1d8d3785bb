package ctrenc.overlay.fuse.kernel;

class LibfuseNameOperationsTest extends NameOperationsTest {

  @Override
  Carrier carrier() {
    return Carrier.LIBFUSE;
  }
}
