package ctrenc.overlay.fuse.kernel;

class RingFailureTest extends FailureTest {

  @Override
  Carrier carrier() {
    return Carrier.RING;
  }
}
