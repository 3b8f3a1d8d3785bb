package ctrenc.overlay.layer;

import ctrenc.overlay.meta.Table;
import ctrenc.overlay.storage.UnreadableException;
import java.io.IOException;

/** Takes what becomes of opening a whole layer. It ends the work by throwing. */
public interface SealSink {

  /** A record is not what was sealed; {@code inode} is the file or directory it is of. */
  void failed(long inode, Table table, byte[] key, UnreadableException failure) throws IOException;

  /** An extent of a file is not what was sealed. */
  void failed(long inode, long extent, UnreadableException failure) throws IOException;

  /** So many bytes of data more were opened; the references of inodes below are done. */
  void opened(long inode, long bytes) throws IOException;
}
