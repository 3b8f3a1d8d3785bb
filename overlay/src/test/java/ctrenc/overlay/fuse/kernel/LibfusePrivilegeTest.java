package ctrenc.overlay.fuse.kernel;

class LibfusePrivilegeTest extends PrivilegeTest {

  @Override
  Carrier carrier() {
    return Carrier.LIBFUSE;
  }
}
