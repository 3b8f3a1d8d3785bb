package ctrenc.overlay.fuse.kernel;

/**
 * The kernel's number of a node: the inode's number, and one bit more. A file that some read by
 * passthrough while others write to it is two nodes for the kernel: the plain one with the image's
 * bytes, and the served one, which everyone who comes later gets.
 */
final class NodeId {

  private static final long SERVED = 1L << 62;

  private NodeId() {}

  static long inodeOf(long node) {
    return node & ~SERVED;
  }

  static boolean isServed(long node) {
    return (node & SERVED) != 0;
  }

  static long served(long inode) {
    return inode | SERVED;
  }
}
