package ctrenc.overlay.subvolume;

import ctrenc.overlay.scrub.ScrubFinding;
import ctrenc.overlay.scrub.ScrubPosition;
import ctrenc.overlay.scrub.ScrubSink;
import ctrenc.overlay.storage.DamagedException;
import java.util.UUID;

/** Ends a scrub of what came at the first finding: what does not fit together is not taken. */
final class NothingWrong implements ScrubSink {

  @Override
  public void found(ScrubFinding finding) throws DamagedException {
    throw new DamagedException(
        "What came is not a whole root: %s: %s".formatted(finding.subject(), finding.reason()));
  }

  @Override
  public void verified(ScrubPosition next, long bytes) {}

  @Override
  public void locked(UUID layer) {}
}
