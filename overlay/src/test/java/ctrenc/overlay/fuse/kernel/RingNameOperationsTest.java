package ctrenc.overlay.fuse.kernel;

@NeedsRing
class RingNameOperationsTest extends NameOperationsTest {

  @Override
  Carrier carrier() {
    return Carrier.RING;
  }
}
