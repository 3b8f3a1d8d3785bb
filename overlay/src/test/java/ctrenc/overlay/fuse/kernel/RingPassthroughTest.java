package ctrenc.overlay.fuse.kernel;

@NeedsRing
class RingPassthroughTest extends PassthroughTest {

  @Override
  Carrier carrier() {
    return Carrier.RING;
  }
}
