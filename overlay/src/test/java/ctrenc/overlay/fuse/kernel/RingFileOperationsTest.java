package ctrenc.overlay.fuse.kernel;

@NeedsRing
class RingFileOperationsTest extends FileOperationsTest {

  @Override
  Carrier carrier() {
    return Carrier.RING;
  }
}
