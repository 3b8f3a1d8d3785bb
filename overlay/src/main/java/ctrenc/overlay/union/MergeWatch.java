package ctrenc.overlay.union;

import java.io.IOException;

/** Follows a merge of layers, and may end it. */
public interface MergeWatch {

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
