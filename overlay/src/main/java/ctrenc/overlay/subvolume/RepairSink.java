package ctrenc.overlay.subvolume;

import ctrenc.overlay.scrub.ScrubFinding;
import java.io.IOException;

/** Takes what a repair comes to. It ends the repair by throwing; what was repaired stays. */
public interface RepairSink {

  /** An extent, a record, or the header of a segment file was damaged and is whole again. */
  void repaired(ScrubFinding finding) throws IOException;

  /** Something is damaged, and nothing came that fits in its place. */
  void left(ScrubFinding finding) throws IOException;

  /** So many bytes were verified so far. */
  void verified(long bytes) throws IOException;

  /** So many bytes of the source were read so far. */
  void read(long bytes) throws IOException;
}
