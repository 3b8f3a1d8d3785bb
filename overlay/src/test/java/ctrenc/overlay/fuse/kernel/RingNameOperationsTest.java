package ctrenc.overlay.fuse.kernel;

class RingNameOperationsTest extends NameOperationsTest {

  @Override
  Carrier carrier() {
    return Carrier.RING;
  }
}
