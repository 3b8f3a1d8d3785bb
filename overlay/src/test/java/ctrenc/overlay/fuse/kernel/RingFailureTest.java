package ctrenc.overlay.fuse.kernel;

@NeedsRing
class RingFailureTest extends FailureTest {

  @Override
  Carrier carrier() {
    return Carrier.RING;
  }
}
