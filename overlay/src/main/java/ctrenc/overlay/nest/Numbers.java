package ctrenc.overlay.nest;

import ctrenc.overlay.ring.MemoryPart;
import ctrenc.overlay.ring.RootMemory;
import java.util.stream.LongStream;

/**
 * The numbers of inodes in a tree of subvolumes: where its subvolume stands among the members of
 * the tree, and its number in that. The root of the tree is place 0, so its inodes keep the numbers
 * that they have without a tree. Numbers stay below 2 to the 62nd, which the transports need.
 */
final class Numbers {

  /** Uppers on a directory of the host number their inodes from 2 to the 40th on. */
  static final int INODE_BITS = 42;

  /** The place of what is in no subvolume: the hidden directories. */
  static final int HIDDEN_PLACE = (1 << 62 - INODE_BITS) - 1;

  private static final long INODE_MASK = (1L << INODE_BITS) - 1;

  private Numbers() {}

  static int place(long number) {
    return (int) (number >>> INODE_BITS);
  }

  static long inode(long number) {
    return number & INODE_MASK;
  }

  /** The part of a root's memory that the subvolume at a place has. */
  static MemoryPart part(RootMemory memory, int place, boolean isRecovered) {
    return new MemoryPart(memory, number(place, 0), 1L << INODE_BITS, isRecovered);
  }

  static long[] joined(long[] some, long[] more) {
    return some.length == 0
        ? more
        : LongStream.concat(LongStream.of(some), LongStream.of(more)).toArray();
  }

  static long number(int place, long inode) {
    return (long) place << INODE_BITS | inode;
  }
}
