package ctrenc.overlay.layer;

import ctrenc.overlay.storage.DamagedException;
import java.io.IOException;
import java.util.OptionalLong;

/** Takes what becomes of opening a whole layer. It ends the work by throwing. */
public interface SealSink {

  /** What is stored is not what was sealed; {@code inode} is the file or directory it is of. */
  void failed(OptionalLong inode, DamagedException failure) throws IOException;

  /** So many bytes of data more were opened; the references of inodes below are done. */
  void opened(long inode, long bytes) throws IOException;
}
