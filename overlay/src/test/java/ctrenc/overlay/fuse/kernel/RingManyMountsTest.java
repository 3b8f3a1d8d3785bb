package ctrenc.overlay.fuse.kernel;

@NeedsRing
class RingManyMountsTest extends ManyMountsTest {

  @Override
  Carrier carrier() {
    return Carrier.RING;
  }

  /** References are given back by /dev/fuse, so its threads are there as well. */
  @Override
  int workers() {
    return 2 * super.workers();
  }

  @Override
  long descriptorsOfMount() {
    return 1;
  }
}
