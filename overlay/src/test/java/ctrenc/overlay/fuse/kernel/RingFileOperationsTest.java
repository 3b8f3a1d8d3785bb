package ctrenc.overlay.fuse.kernel;

class RingFileOperationsTest extends FileOperationsTest {

  @Override
  Carrier carrier() {
    return Carrier.RING;
  }
}
