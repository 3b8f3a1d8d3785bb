package ctrenc.overlay.union;

import java.io.IOException;

/** Follows a merge of layers, and may end it. */
public interface MergeWatch {

  /** The inodes that somebody has open or knows, so that they are kept without a name too. */
  long[] inUse();

  /** Whether {@link #inUse} has the inode. */
  boolean isInUse(long inode);

  /**
   * One inode more is carried over.
   *
   * @throws IOException if the merge is to end
   */
  void carriedInode() throws IOException;

  /**
   * So many bytes more are carried over.
   *
   * @throws IOException if the merge is to end
   */
  void carriedBytes(long count) throws IOException;
}
