package ctrenc.overlay.fuse.kernel;

@NeedsRing
class RingDataPathTest extends DataPathTest {

  @Override
  Carrier carrier() {
    return Carrier.RING;
  }

  @Override
  int largest() {
    return 256 << 10;
  }
}
