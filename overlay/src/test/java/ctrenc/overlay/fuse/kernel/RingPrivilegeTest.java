package ctrenc.overlay.fuse.kernel;

class RingPrivilegeTest extends PrivilegeTest {

  @Override
  Carrier carrier() {
    return Carrier.RING;
  }
}
