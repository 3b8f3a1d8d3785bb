package ctrenc.overlay.fuse.kernel;

@NeedsRing
class RingPrivilegeTest extends PrivilegeTest {

  @Override
  Carrier carrier() {
    return Carrier.RING;
  }
}
