package ctrenc.overlay.fuse.kernel;

class RingUnmountTest extends UnmountTest {

  @Override
  Carrier carrier() {
    return Carrier.RING;
  }
}
