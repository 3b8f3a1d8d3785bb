package ctrenc.overlay.fuse.kernel;

class LibfuseFileOperationsTest extends FileOperationsTest {

  @Override
  Carrier carrier() {
    return Carrier.LIBFUSE;
  }
}
