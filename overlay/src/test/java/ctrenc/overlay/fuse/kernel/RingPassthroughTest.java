package ctrenc.overlay.fuse.kernel;

class RingPassthroughTest extends PassthroughTest {

  @Override
  Carrier carrier() {
    return Carrier.RING;
  }
}
