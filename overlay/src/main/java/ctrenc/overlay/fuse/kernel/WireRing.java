package ctrenc.overlay.fuse.kernel;

/** The structures of linux/fuse.h that only io_uring has, as {@link WireIn} has the others. */
final class WireRing {

  private WireRing() {}

  /** struct fuse_uring_req_header, with struct fuse_uring_ent_in_out inside it from ENTRY. */
  static final class RingHeader {
    static final int IN_OUT = 0;
    static final int ARGUMENT = 128;
    static final int ENTRY = 256;
    static final int PAYLOAD_SIZE = ENTRY + 16;
    static final int LENGTH = 288;
  }
}
