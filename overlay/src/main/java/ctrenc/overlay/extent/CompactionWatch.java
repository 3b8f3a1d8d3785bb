package ctrenc.overlay.extent;

import java.io.IOException;
import java.util.UUID;

/** Follows a compaction. What it throws ends the compaction; what was moved stays moved. */
public interface CompactionWatch {

  /** So many bytes of extents were read, and written elsewhere where they still lived. */
  void moved(long bytes) throws IOException;

  /** An extent was not what its checksum says: it stays where it is, and its segment file, too. */
  void damaged(UUID layer, long extent) throws IOException;
}
