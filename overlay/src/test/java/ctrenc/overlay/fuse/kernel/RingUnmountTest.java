package ctrenc.overlay.fuse.kernel;

@NeedsRing
class RingUnmountTest extends UnmountTest {

  @Override
  Carrier carrier() {
    return Carrier.RING;
  }
}
