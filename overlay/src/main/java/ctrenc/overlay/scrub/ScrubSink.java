package ctrenc.overlay.scrub;

import java.io.IOException;
import java.util.UUID;

/** Takes what a scrub finds, and how far it is. It ends the scrub by throwing. */
public interface ScrubSink {

  void found(ScrubFinding finding) throws IOException;

  /**
   * So many bytes more were verified; all before {@code next} is done.
   *
   * @param next from where a later scrub may go on
   */
  void verified(ScrubPosition next, long bytes) throws IOException;

  /** The seals of a layer were not verified: no key for it is in memory. */
  void locked(UUID layer) throws IOException;
}
